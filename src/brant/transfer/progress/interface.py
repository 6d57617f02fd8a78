"""What a transfer tells of itself while it runs, and to whom."""

from typing import Protocol


class Track(Protocol):
    """One file on its way. Safe to share between threads."""

    def advance(self, n: int) -> None:
        """`n` more bytes are there; fewer than none when bytes had to be given up."""

    def finish(self, *, complete: bool = True) -> None:
        """Nothing more comes. Once; what is told after it counts for nothing."""


class Progress(Protocol):
    """Hears of all the files of one job. Safe to share between threads."""

    def expect(self, size: int | None, files: int | None = None) -> None:
        """What the job will move, once that is known, in bytes and files; several calls add up.

        A `size` of None: nobody knows.
        """

    def begin(self, name: str, size: int | None, *, held: int = 0) -> Track:
        """A file begins, of which `held` bytes are here already; None where nobody knows its `size`.

        Sizes come out of what is expected; what nobody expected adds to it.
        """

    def note(self, text: str) -> None:
        """One line about what takes longer than one would think: a wait, a new start."""

    def close(self) -> None:
        """The job is over, well or not. Only notes may follow."""


class Silent:
    """Says nothing, and is a track as well."""

    def expect(self, size: int | None, files: int | None = None) -> None:
        pass

    def begin(self, name: str, size: int | None, *, held: int = 0) -> Track:  # noqa: ARG002
        return self

    def note(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass

    def advance(self, n: int) -> None:
        pass

    def finish(self, *, complete: bool = True) -> None:
        pass
