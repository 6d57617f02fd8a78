"""How much an archive may unfold to, and the errors for one that cannot be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import error as struct_error
from typing import Final

from msgspec import Struct

from brant.errors import BrantError, Corrupt, InvalidInput, LocalFailure

GIB: Final = 1024**3


class Limits(Struct, frozen=True):
    """What an archive may at most hold; raise a field for one that is larger and trusted.

    `members` in number; `total` bytes of all files; `ratio` of those to the archive's own bytes, looked at
    once they are more than `ratio_floor`; `directory` bytes of a zip's list of members, held in memory.
    `way_out` is what a person can do who trusts an archive; None: whoever calls raises the field.
    """

    members: int = 2_000_000
    total: int = 1024 * GIB
    ratio: float = 500.0
    ratio_floor: int = 16 * 1024**2
    directory: int = GIB // 2
    way_out: str | None = None

    def check(self, members: int, total: int, packed: int) -> None:
        """InvalidInput if so many members, of so many bytes, out of so many, are too much."""
        if members > self.members:
            raise InvalidInput(
                f"The archive holds more than {self.members} members; {self.how_to_raise('members')}."
            )
        if total > self.total:
            raise InvalidInput(
                f"The archive unfolds to more than {self.total} bytes; {self.how_to_raise('total')}."
            )
        if total > self.ratio_floor and total > self.ratio * packed:
            raise InvalidInput(
                f"The archive unfolds to more than {self.ratio:g} times its size, as a bomb does; "
                f"{self.how_to_raise('ratio')}."
            )

    def how_to_raise(self, field: str) -> str:
        """What to do about an archive that exceeds the limit `field`."""
        return self.way_out or f"raise Limits.{field} if you trust it"


@contextmanager
def reading(path: Path | str) -> Iterator[None]:
    """Every way in which the standard library says that an archive is broken becomes Corrupt."""
    try:
        yield
    except BrantError:
        raise
    except OSError as error:
        # gzip and bz2 say "broken" by an OSError without a number.
        if error.errno is None:
            raise damaged(path, str(error)) from error
        raise LocalFailure(f"{path} cannot be read ({error.strerror}); check the file.") from error
    except Exception as error:
        if not isinstance(error, _broken()):
            raise
        raise damaged(path, str(error) or type(error).__name__) from error


def _broken() -> tuple[type[Exception], ...]:
    """Imported only when there is an error: none of these modules is needed for a zip that is sound."""
    from lzma import LZMAError
    from tarfile import TarError
    from zlib import error as zlib_error

    from brant.transfer.archive.inflate import InflateError

    return (
        *(TarError, LZMAError, zlib_error, InflateError, struct_error, EOFError),
        *(ValueError, OverflowError, RecursionError, NotImplementedError),
    )


def damaged(archive: Path | str, reason: str) -> Corrupt:
    """The error for an archive, given by its path or its name, that is not what it should be."""
    name = archive if isinstance(archive, str) else archive.name
    return Corrupt(f"{name} is damaged ({' '.join(reason.split())[:160]}); fetch or pack it again.")
