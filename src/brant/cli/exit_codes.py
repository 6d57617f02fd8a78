"""What each exit code means, taken from the error tree."""

from collections.abc import Iterator
from typing import NamedTuple

from brant.errors import BrantError


class ExitCode(NamedTuple):
    """One exit code; `status` is the code in a JSON error document, None where there is none."""

    code: int
    meaning: str
    status: int | None = None


def exit_codes() -> list[ExitCode]:
    """Every exit code of the command line, in order."""
    outcomes = [
        ExitCode(0, "done"),
        ExitCode(1, "a fault in brant itself", BrantError.code),
        ExitCode(20, "brant doctor found a problem"),
        ExitCode(130, "interrupted (Ctrl-C)"),
        ExitCode(141, "the reader of standard output went away"),
    ]
    return sorted([*outcomes, *_of_errors(BrantError)])


def _of_errors(parent: type[BrantError]) -> Iterator[ExitCode]:
    for kind in parent.__subclasses__():
        # A refinement that keeps its parent's code is told by the parent.
        if kind.exit_code != parent.exit_code:
            summary = (kind.__doc__ or kind.__name__).splitlines()[0].split("; ")[0]
            yield ExitCode(kind.exit_code, summary[0].lower() + summary[1:].rstrip("."), kind.code)
        yield from _of_errors(kind)
