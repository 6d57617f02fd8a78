"""One remote object as it was when first asked: ranges of it, and never bytes of another."""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Final, Protocol, Self

from brant.errors import BrantError, ServerFailure, Unreachable
from brant.transfer.connections.fleet import Again, Lane
from brant.transfer.connections.verdicts import Changed, check_plain, refused
from brant.transfer.disk.journal import Identity
from brant.transfer.http.pool import Pool
from brant.transfer.http.ranges import content_range, identity_of, is_same
from brant.transfer.http.response import Response
from brant.transfer.http.source import Source

TAIL: Final = 256 * 1024
"""Bytes at the end that the first request asks for: the directory of most archives, and all of small ones."""

_TELLING: Final = 64 * 1024


class Body(Protocol):
    """Bytes in order, as a response gives them."""

    def readinto(self, view: memoryview) -> int: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Pinned(Source):
    """A source that `look` binds to the object it finds: from then on a range is of that one, or an error.

    Safe to share between threads once it is bound.
    """

    def __init__(self, pool: Pool, address: str | Callable[[], str], name: str) -> None:
        super().__init__(pool, address, name)
        self.identity = Identity()
        self.size = 0
        """Bytes in all; 0 until it is bound."""
        self.tail = b""
        """The last bytes of it."""
        self.speed: float | None = None
        """Bytes a second that they came with, over one connection; None for so few that it says nothing."""
        self._conditional = True

    def look(self, lane: Lane) -> Response | None:
        """Ask for the tail. None: it is here, and the object bound.

        Else the server has no ranges, and the answer is the object as a whole, its body still to be read.
        Raises Again, Unreachable, ServerFailure for what is encoded on the way, and the error of a status
        that no other try will change.
        """
        response = lane.reading(super().get(suffix=TAIL))
        if self._is_bound_by(response, lane):
            return None
        size = _size_behind(response)
        if size and (response.status != 200 or _takes_ranges(response, size)):
            # Some stores know no ranges counted from the end.
            response.close()
            response = lane.reading(super().get((max(0, size - TAIL), size)))
            if self._is_bound_by(response, lane):
                return None
        if response.status in (206, 416):
            response.close()
            response = lane.reading(super().get())
        try:
            self._check_all(response)
        except BaseException:
            response.close()
            raise
        return response

    def _check_all(self, response: Response) -> None:
        if response.status != 200:
            raise refused(response, f"downloading {self.name}")
        check_plain(response, self.name)

    def _is_bound_by(self, response: Response, lane: Lane) -> bool:
        """Whether the answer is a part that reaches to the end: then it is read."""
        held = content_range(response) if response.status == 206 else None
        if held is None or None in (held.start, held.end, held.total):
            return False
        start, end, total = held.start or 0, held.end or 0, held.total or 0
        if end != total - 1 or start > max(0, total - TAIL) or end - start >= 4 * TAIL:
            return False
        with response:
            check_plain(response, self.name)
            began = monotonic()
            tail = response.read(4 * TAIL)
            if len(tail) >= _TELLING:
                self.speed = len(tail) / max(monotonic() - began, 1e-6)
        lane.moved += len(tail)
        if len(tail) != end + 1 - start:
            raise Again(Unreachable(f"{response.address.peer} sent only a part of {self.name}; try again."))
        self.identity, self.size, self.tail = identity_of(response), total, tail
        return True

    def open(self, start: int, stop: int, lane: Lane, *, anew: bool = False) -> Body:
        """The bytes from `start` up to `stop`; those of the tail are asked for only if they come `anew`."""
        held_from = self.size - len(self.tail)
        if start >= held_from and not anew:
            return _Held(memoryview(self.tail)[start - held_from : stop - held_from])
        return lane.reading(self.get((start, stop)))

    def read(self, start: int, stop: int, lane: Lane) -> bytes:
        """The bytes from `start` up to `stop`, whole."""
        data, at = bytearray(stop - start), 0
        view = memoryview(data)
        try:
            with self.open(start, stop, lane) as body:
                while at < len(data) and (count := body.readinto(view[at:])):
                    at += count
                    lane.moved += count
        finally:
            # A part is of no use.
            lane.wasted += at if at < len(data) else 0
        if at < len(data):
            raise Again(Unreachable(f"The server sent only a part of {self.name}; try again."))
        return bytes(data)

    def reader(self, do: Callable[[Callable[[Lane], bytes]], bytes]) -> Callable[[int, int], bytes]:
        """Reads from the tail what lies there, and has `do` fetch the rest."""
        held_from = self.size - len(self.tail)

        def read(start: int, stop: int) -> bytes:
            stop = min(stop, self.size)
            if start >= held_from:
                return self.tail[start - held_from : stop - held_from]
            middle = min(stop, held_from)
            return do(lambda lane: self.read(start, middle, lane)) + self.tail[: max(0, stop - held_from)]

        return read

    def get(
        self,
        span: tuple[int, int | None] | None = None,
        *,
        suffix: int | None = None,
        if_range: str | None = None,
    ) -> Response:
        """As any source does; once it is bound, an answer for a `span` is that part of this very object.

        Raises Changed when it is another object; Again, or the error of the status, when it is no such part.
        """
        if not self.size or span is None:
            return super().get(span, suffix=suffix, if_range=if_range)
        response = super().get(span, if_range=self.identity.validator if self._conditional else None)
        try:
            self._check(response, span)
        except BaseException:
            response.close()
            raise
        return response

    def _check(self, response: Response, span: tuple[int, int | None]) -> None:
        found = identity_of(response)
        if response.status not in (200, 206, 416):
            raise refused(response, f"downloading {self.name}")
        same = is_same(self.identity, found) if response.status != 416 else True
        if same is False:
            raise Changed
        # A whole answer of another size may be no object at all (a page to sign in); a 416 proves nothing.
        if response.status == 206 and same is None and _size_behind(response) not in (None, self.size):
            raise Changed
        if response.status == 206 and _is_part(response, span):
            check_plain(response, self.name)
            return
        # A server that does not know its own validator sends all, for ever; what it sends is checked anyway.
        self._conditional = False
        raise Again(self._misfit(response))

    def _misfit(self, response: Response) -> BrantError:
        peer = response.address.peer
        if response.status == 416:
            return ServerFailure(f"{peer} refuses a part of {self.name}; try again.")
        what = "all" if response.status == 200 else "another part"
        return ServerFailure(f"{peer} sends {what} of {self.name} than the part asked for; try again.")


def _is_part(response: Response, span: tuple[int, int | None]) -> bool:
    """Whether it begins where it should, and ends there or before."""
    held = content_range(response)
    if held is None or held.start != span[0] or held.end is None:
        return False
    return span[1] is None or held.end < span[1]


def _size_behind(response: Response) -> int | None:
    """Bytes of the whole object, as far as this answer tells."""
    if response.status == 200:
        return response.content_length
    held = content_range(response)
    return held.total if held else None


def _takes_ranges(response: Response, size: int) -> bool:
    return size > TAIL and response.headers.get("accept-ranges", "").strip().lower() == "bytes"


class _Held:
    """Bytes that are in memory already."""

    def __init__(self, data: memoryview) -> None:
        self._data = data

    def readinto(self, view: memoryview) -> int:
        count = min(len(view), len(self._data))
        view[:count], self._data = self._data[:count], self._data[count:]
        return count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
