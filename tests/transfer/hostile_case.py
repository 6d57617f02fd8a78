"""What an archive made to do harm is, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brant.errors import BrantError, InvalidInput
from brant.transfer.archive.extraction import Limits

MIB = 1024 * 1024
GOOD = b"species,island\n" * 10
"""What most of them begin with, as good.csv: it may be unpacked before the rest is found out."""


@dataclass(frozen=True)
class Hostile:
    """One archive: answered by one of `errors`, or, where `harmless` says so, it comes out as those files."""

    name: str
    make: Callable[[], bytes]
    errors: tuple[type[BrantError], ...]
    harmless: dict[str, bytes] | None = None
    limits: Limits | None = None
    """Beyond which it is; None for the usual ones."""
    trusted: Limits | None = None
    """Raised so far that it is unpacked; None for what no limit allows."""

    def check(self, place: Path, out: Path, error: BrantError | None) -> None:
        """Assert that it was answered well. `place` holds nothing but `out` and what the test put there."""
        assert error is None or isinstance(error, self.errors), repr(error)
        assert error is None or (error.message.isprintable() and len(error.message) < 500)
        seen = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        if error is None:
            assert self.harmless is not None, f"{self.name} was taken"
            assert seen == self.harmless
        else:
            assert seen in ({}, {"good.csv": GOOD})
        assert not any(path.is_symlink() for path in out.rglob("*"))
        outside = [path for path in place.rglob("*evil*") if out not in path.parents]
        assert not outside, "written outside"


def case(
    name: str,
    make: bytes | Callable[[], bytes],
    *errors: type[BrantError],
    harmless: dict[str, bytes] | None = None,
    limits: Limits | None = None,
    trusted: Limits | None = None,
) -> Hostile:
    built = (lambda: make) if isinstance(make, bytes) else make
    return Hostile(name, built, errors or (InvalidInput,), harmless, limits, trusted)
