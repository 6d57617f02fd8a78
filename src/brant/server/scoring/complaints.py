"""Complaints about a file: what is wrong and where, the first ten places of each kind."""

from collections.abc import Iterable, Sequence
from typing import Final

from brant.server.scoring.errors import HostError, ParticipantError

Fault = type[ParticipantError] | type[HostError]
"""Whose file it is, and so who is told."""

_SHOWN: Final = 10
_LONGEST: Final = 40


class Complaints:
    """Collects them, so that one message tells all. `fault` is raised in the end; `file` names the file."""

    def __init__(self, fault: Fault, file: str) -> None:
        self.fault = fault
        self._file = file
        self._places: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, kind: str, places: Iterable[str], count: int) -> None:
        """`count` more of the kind, of which `places` are the first, in the order of the file."""
        if not count:
            return
        known = self._places.setdefault(kind, [])
        known.extend(place for place, _ in zip(places, range(_SHOWN - len(known)), strict=False))
        self._counts[kind] = self._counts.get(kind, 0) + count

    def settle(self) -> None:
        """Raises the fault when there is any."""
        if self._counts:
            told = "; ".join(self._told(kind) for kind in self._counts)
            raise self.fault(f"{self._file}: {told}. Rows are counted from 1, the header being row 1")

    def failure(self, words: str) -> ParticipantError | HostError:
        """What to raise where nothing more can be read."""
        return self.fault(f"{self._file} {words}")

    def _told(self, kind: str) -> str:
        shown, count = self._places[kind], self._counts[kind]
        more = f" and {count - len(shown)} more" if count > len(shown) else ""
        return f"{kind}: {', '.join(shown)}{more}"


def quoted(value: str | None) -> str:
    """What stands in a file, short enough to be shown, and in one line."""
    shown = value or ""
    if len(shown) > _LONGEST:
        shown = shown[: _LONGEST - 1] + "…"
    return '"' + "".join(each if each.isprintable() else "�" for each in shown) + '"'


def listed(names: Sequence[str]) -> str:
    """The first of them, quoted, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(quoted, names[:_SHOWN])) + more
