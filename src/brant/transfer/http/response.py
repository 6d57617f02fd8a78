"""An HTTP answer: its body is read in single calls, under a deadline, and never ends short in silence."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, IncompleteRead
from types import TracebackType
from typing import Final, Self

from brant.errors import ServerFailure, Unreachable
from brant.transfer.http.address import Address
from brant.transfer.http.wire import Stalled, Wire

MIB: Final = 1024 * 1024
_PIECE: Final = 64 * 1024


class Headers(Mapping[str, str]):
    """Header fields by name in any case. Values of a repeated field are joined by commas (RFC 9110 §5.3)."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields: dict[str, str] = {}
        for name, value in fields:
            key = name.lower()
            self._fields[key] = f"{self._fields[key]}, {value}" if key in self._fields else value

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields


class Response:
    """Status, headers and body of one answer. Close it, or use it as a context manager.

    Its connection goes back to the pool when the body has been read to its end; else closing ends it.
    """

    def __init__(
        self,
        raw: HTTPResponse,
        wire: Wire,
        address: Address,
        *,
        timeout: float,
        give_back: Callable[[Wire], None] | None,
    ) -> None:
        self.status: int = raw.status
        self.reason: str = raw.reason
        self.headers = Headers(raw.getheaders())
        self.address = address
        self.content_length: int | None = raw.length
        """Bytes that the body holds; None where the answer does not say."""
        self._raw = raw
        self._wire = wire
        self._give_back = None if raw.will_close else give_back
        self._received = 0
        self._open = True
        wire.begin_body(timeout)
        if raw.length == 0:
            self._finish()

    @property
    def url(self) -> str:
        return str(self.address)

    def readinto(self, view: memoryview) -> int:
        """Read what one call brings into `view`; 0 at the end of the body.

        Raises Unreachable when the peer stalls, trickles, or closes before the announced end.
        """
        if not self._open or not view:
            return 0
        try:
            count = self._receive(view)
        except (OSError, HTTPException) as error:
            self.close()
            raise Unreachable(f"{self.address.peer} {self._fault(error)}; try again.") from error
        except BaseException:
            self.close()
            raise
        self._received += count
        if count == 0 or self._received == self.content_length:
            self._finish()
        return count

    def _receive(self, view: memoryview) -> int:
        if self._raw.chunked:
            piece = self._raw.read1(len(view))
            view[: len(piece)] = piece
            return len(piece)
        if self.content_length is None:
            return self._raw.fp.readinto1(view)
        count = self._raw.fp.readinto1(view[: self.content_length - self._received])
        if count == 0:
            raise IncompleteRead(b"")
        return count

    def _fault(self, error: Exception) -> str:
        so_far = f"{self._received} of {self.content_length} bytes"
        if self.content_length is None:
            so_far = f"{self._received} bytes, before the end"
        return f"{error}, after {so_far}" if isinstance(error, Stalled) else f"cut the answer after {so_far}"

    def read(self, limit: int = 64 * MIB) -> bytes:
        """What is left of the body, whole. Raises ServerFailure when that is more than `limit` bytes."""
        announced = self.content_length or 0
        body, view = bytearray(), memoryview(bytearray(min(announced or _PIECE, _PIECE)))
        while max(announced, len(body)) <= limit and (count := self.readinto(view)):
            body += view[:count]
        if max(announced, len(body)) > limit:
            self.close()
            raise ServerFailure(
                f"{self.address.peer} sends more than {limit} bytes where few are due; check the address."
            )
        return bytes(body)

    def drain(self) -> None:
        """Read the rest of the body if it is short, so that the connection can serve again."""
        if self.content_length is not None and self.content_length - self._received <= _PIECE:
            with suppress(Unreachable):
                self.read()

    def _finish(self) -> None:
        """The body is whole: the connection can serve again."""
        self._open = False
        self._raw.close()
        if self._give_back:
            self._give_back(self._wire)
        else:
            self._wire.close()

    def abort(self) -> None:
        """End a read that another thread is waiting in; it raises Unreachable there."""
        # A connection that is free again may serve somebody else.
        if self._open:
            self._wire.abort()

    def close(self) -> None:
        if self._open:
            self._open = False
            self._raw.close()
            self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
