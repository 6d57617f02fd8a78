"""Until when a whole transfer may last, however many parts it has."""

from time import monotonic

from brant.errors import Unreachable


class Deadline:
    """So many `seconds` from its making on; None: for ever."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._ends = None if seconds is None else monotonic() + seconds

    @property
    def left(self) -> float | None:
        """Seconds, never less than 0; None: for ever."""
        return None if self._ends is None else max(0.0, self._ends - monotonic())

    def is_over(self, ahead: float = 0.0) -> bool:
        """Whether it has passed, or will have in `ahead` seconds."""
        return self._ends is not None and monotonic() + ahead > self._ends

    def error(self, name: str = "the transfer") -> Unreachable:
        """What to raise then."""
        return Unreachable(
            f"{name} took longer than {self._seconds:g} s; run the same again, to resume, or with more time.",
            final=True,
        )
