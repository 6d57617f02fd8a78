"""Parameters of metrics: how each is declared, and what a text may say for it."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Parameter(NamedTuple):
    """A parameter of a metric.

    `default` is a text as a host would write it; `allowed` tells in words what may be written; `parse` makes
    the value of it, or raises ValueError.
    """

    name: str
    default: str
    description: str
    allowed: str
    parse: Callable[[str], Any]


def whole(name: str, default: str, description: str, *, largest: int) -> Parameter:
    """A whole number from 1 to `largest`."""

    def parse(text: str) -> int:
        value = int(text)
        if not 1 <= value <= largest:
            raise ValueError(text)
        return value

    return Parameter(name, default, description, f"a whole number from 1 to {largest}", parse)


def number(name: str, default: str, description: str, *, above: float, below: float) -> Parameter:
    """A number between two others, neither of which is allowed."""

    def parse(text: str) -> float:
        value = float(text)
        if not above < value < below:
            raise ValueError(text)
        return value

    return Parameter(name, default, description, f"a number between {above:g} and {below:g}", parse)


def choice(name: str, *choices: str, description: str) -> Parameter:
    """One of these words; the first is the default."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return Parameter(name, choices[0], description, "one of " + ", ".join(choices), parse)


def text(name: str, default: str, description: str) -> Parameter:
    """Any text."""
    return Parameter(name, default, description, "a text", str)
