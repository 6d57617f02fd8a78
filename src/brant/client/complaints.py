"""Collects what is wrong with a file, so that all of it is said at once, one line for each rule."""

from typing import Any, Final

from brant.errors import InvalidInput

_MOST_SHOWN: Final = 20


class Complaints:
    """Broken rules of `file`, by key."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(self, key: str, text: str) -> None:
        """`key` breaks a rule; `text` says which, and what to write instead."""
        self._lines.append(f"{self._file}: {key}: {text}")

    def text(
        self, values: dict[str, Any], key: str, *, required: bool = False, within: str = ""
    ) -> str | None:
        """The text under `key`, complaining if it is none, or missing though `required`."""
        value = values.get(key)
        name = f"{within}.{key}" if within else key
        if isinstance(value, str) and (value.strip() or not required):
            return value
        if value is None and not required:
            return None
        self.add(name, "is missing: add it" if value is None or value == "" else "must be a text in quotes")
        return None

    def texts(self, values: dict[str, Any], key: str) -> list[str]:
        """The list of texts under `key`, empty if it is missing."""
        value = values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.add(key, 'must be a list of texts, such as ["biology"]')
            return []
        return value

    def raise_if_any(self) -> None:
        """Raises InvalidInput with a line for each complaint."""
        if self._lines:
            more = len(self._lines) - _MOST_SHOWN
            shown = self._lines[:_MOST_SHOWN] + ([f"{self._file}: and {more} more"] if more > 0 else [])
            raise InvalidInput("\n".join(shown))
