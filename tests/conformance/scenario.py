"""Scenarios: functions of a stage, registered with what they need of a client."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Final, NamedTuple

from tests.conformance import scenarios
from tests.conformance.drivers.base import Can, Driver
from tests.conformance.stage import Stage

Act = Callable[[Stage], None]


class Scenario(NamedTuple):
    """One story, told once for all clients. `features` are the ids of features.md that it proves."""

    name: str
    act: Act
    needs: frozenset[Can]
    features: tuple[str, ...]

    def is_offered_by(self, driver: type[Driver]) -> bool:
        """Whether the client has a way to do all that the story asks for."""
        return self.needs <= driver.offers


_registered: Final[dict[str, Scenario]] = {}


def scenario(*needs: Can, features: str) -> Callable[[Act], Act]:
    """Registers a function as a scenario; `features` are ids separated by spaces."""

    def register(act: Act) -> Act:
        assert act.__name__ not in _registered, f"two scenarios are called {act.__name__}"
        _registered[act.__name__] = Scenario(act.__name__, act, frozenset(needs), tuple(features.split()))
        return act

    return register


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario of every module under `scenarios`, in the order in which they stand there."""
    for module in pkgutil.iter_modules(scenarios.__path__, f"{scenarios.__name__}."):
        importlib.import_module(module.name)
    return tuple(_registered.values())
