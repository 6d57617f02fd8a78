"""Reads one remote object from its first byte to its last, whatever happens to the connection meanwhile."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self, TypeVar

from brant.errors import BrantError, Conflict, RateLimited, ServerFailure, Unreachable
from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Again
from brant.transfer.connections.verdicts import Changed, check_plain, check_whole, refused
from brant.transfer.disk.checksums import crc32
from brant.transfer.disk.journal import Identity
from brant.transfer.http.ranges import content_range, continues, identity_of
from brant.transfer.http.response import Response
from brant.transfer.http.retry import Delays
from brant.transfer.http.source import Source

if TYPE_CHECKING:
    from brant.transfer.connections.broad import Broad

__all__ = ["Forward"]

_PIECE: Final = 64 * 1024
# A failure after so many bytes is the first of a new row.
_STEP: Final = 1024 * 1024
_T = TypeVar("_T")


class Forward:
    """The bytes of `source`, in order, once.

    After a failure it goes on where it was: by Range and If-Range, if the server has ranges and a validator;
    else it reads from the start again, and compares. So it never gives bytes of two objects.
    `body` is one of the whole object that came already, or that comes over several connections; after its
    failure one has to do. `note` hears of each failure, and of the seconds until the next try. `deadline`
    bounds all of it.

    Its methods raise Unreachable, RateLimited or ServerFailure when the delays are used up, Conflict when the
    object changed while it was read, and the error of the status when the server refuses.
    """

    def __init__(
        self,
        source: Source,
        *,
        body: "Response | Broad | None" = None,
        delays: Delays,
        sleep: Callable[[float], None] = time.sleep,
        note: Callable[[BrantError, float], None] | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        self.name: Final = source.name
        self.position = 0
        """Bytes given so far."""
        self._source = source
        self._given = body
        self._delays = delays
        self._sleep = sleep
        self._note = note
        self._deadline = deadline or Deadline()
        self._body: Response | Broad | None = None
        self._identity: Identity | None = None
        self._size: int | None = None
        self._passed = _Passed(thorough=False)
        self._use_range = True
        self._counted = 0
        self._buffer = memoryview(bytearray(_PIECE))

    @property
    def size(self) -> int | None:
        """Bytes of the whole object; None where the server does not say, and the end is not reached."""
        self.identity  # noqa: B018 - the first answer tells
        return self._size

    @property
    def identity(self) -> Identity:
        """Which object it is, as its server tells it."""
        while self._identity is None:
            self._persist(self._open)
        return self._identity

    def read(self, size: int = _PIECE) -> bytes:
        """Some bytes, `size` at most; none at the end of the object alone."""
        while size > 0 and (self._size is None or self.position < self._size):
            piece = self._persist(lambda: self._receive(size))
            if piece is not None:
                return piece
        return b""

    def restart(self) -> None:
        """Begin with the first byte again, of whatever object is there now."""
        self._drop()
        self._identity, self._size = None, None
        self.position, self._counted = 0, 0

    def close(self) -> None:
        """End the connection, unless it has served to the end and can serve again."""
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _drop(self) -> None:
        for body in (self._body, self._given):
            if body is not None:
                body.close()
        self._body = self._given = None

    def _persist(self, action: Callable[[], _T]) -> _T | None:
        """What `action` gives; None when it failed, and another try is due now."""
        try:
            return action()
        except BaseException as failure:
            self._drop()
            if not isinstance(failure, Again | Unreachable):
                raise
            self._wait(failure)
            return None

    def _wait(self, failure: Again | Unreachable) -> None:
        reason, wait = (failure.reason, failure.wait) if isinstance(failure, Again) else (failure, None)
        if isinstance(reason, Unreachable) and reason.final:
            raise reason
        if self.position - self._counted >= _STEP:
            self._delays.progressed()
        self._counted = self.position
        delay = self._delays.next(wait, limited=isinstance(reason, RateLimited))
        if delay is None or self._deadline.is_over(delay):
            raise reason
        if self._note:
            self._note(reason, delay)
        self._sleep(delay)

    def _receive(self, size: int) -> bytes:
        if self._deadline.is_over():
            raise self._deadline.error(self.name)
        body = self._body or self._open()
        left = size if self._size is None else min(size, self._size - self.position)
        count = body.readinto(self._buffer[:left])
        if not count:
            self._end()
        piece = bytes(self._buffer[:count])
        self._passed.add(piece)
        self.position += count
        return piece

    def _end(self) -> None:
        if self._size is not None and self.position < self._size:
            raise Again(Unreachable(f"The server sent only a part of {self.name}; try again."))
        self._size = self.position

    def _open(self) -> "Response | Broad":
        """A body that goes on at `position`."""
        body, self._given = self._given or self._ask(), None
        self._body = body
        if isinstance(body, Response):
            self._take(body)
        else:
            self._begin(body.identity)
        return body

    def _begin(self, identity: Identity) -> None:
        self._identity, self._size = identity, identity.size
        # A strong ETag names the bytes themselves (RFC 9110 §8.8.1); a date does not.
        self._passed = _Passed(thorough=not identity.etag or identity.validator != identity.etag)

    def _take(self, response: Response) -> None:
        if response.status == 206 and self.position:
            self._go_on(response)
        elif response.status == 200:
            self._take_whole(response)
        elif response.status == 416 and self.position:
            self._use_range = False
            peer = response.address.peer
            raise Again(ServerFailure(f"{peer} refuses the rest of {self.name}; try again."))
        else:
            raise refused(response, f"downloading {self.name}")

    def _ask(self) -> Response:
        identity = self._identity
        if self.position and self._use_range and identity and identity.validator:
            return self._source.get((self.position, None), if_range=identity.validator)
        return self._source.get()

    def _go_on(self, response: Response) -> None:
        """206: it must be the range asked for, of the object begun."""
        held = content_range(response)
        total = held.total if held and self._size is None else self._size
        if not continues(response, self._identity, self.position):
            self._use_range = False
            peer = response.address.peer
            raise Again(ServerFailure(f"{peer} answers with another range than the one asked for."))
        self._size = total

    def _take_whole(self, response: Response) -> None:
        """200: the start of the object, or what is known of it already and has to be passed over."""
        check_plain(response, self.name)
        if self.position:
            self._check_same(response)
            self._pass_over(response)
        else:
            self._begin(identity_of(response))

    def _check_same(self, response: Response) -> None:
        try:
            check_whole(response, self.identity, self.name)
        except Changed:
            raise self._changed(response) from None

    def _pass_over(self, response: Response) -> None:
        """What the server sends again must be what was read before."""
        passed, left = _Passed(thorough=self._passed.thorough), self.position
        while left and (count := response.readinto(self._buffer[:left])):
            passed.add(self._buffer[:count])
            left -= count
        if passed != self._passed:
            raise self._changed(response)

    def _changed(self, response: Response) -> Conflict:
        return Conflict(f"{self.name} changed on {response.address.peer} meanwhile; run the same again.")


class _Passed:
    """By what bytes are known again; `thorough` is for those that no validator vouches for."""

    def __init__(self, *, thorough: bool) -> None:
        self.thorough = thorough
        self._crc32 = 0
        self._sha256 = sha256()

    def add(self, piece: bytes | memoryview) -> None:
        self._crc32 = crc32(piece, self._crc32)
        if self.thorough:
            self._sha256.update(piece)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Passed) and self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]

    def _key(self) -> tuple[int, bytes]:
        return self._crc32, self._sha256.digest()
