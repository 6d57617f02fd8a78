"""One remote object: answers for ranges of it to any number of threads, at an address that may expire."""

from collections.abc import Callable
from threading import Lock
from typing import Final

from brant.transfer.http.pool import Pool, Response

# Google says 400 of a signature that is too old, Amazon 403.
_EXPIRED: Final = (400, 401, 403, 404, 410)


class Source:
    """Where an object is: an address, or a function that gives a fresh one. Safe to share between threads."""

    def __init__(self, pool: Pool, address: str | Callable[[], str], name: str) -> None:
        self.pool: Final = pool
        self.name: Final = name
        """What messages call it."""
        self._fresh = None if isinstance(address, str) else address
        self._lock = Lock()
        self._current = address if isinstance(address, str) else None

    def get(
        self,
        span: tuple[int, int | None] | None = None,
        *,
        suffix: int | None = None,
        if_range: str | None = None,
    ) -> Response:
        """GET it all, or the bytes of `span` (to the end where its stop is None), or the last `suffix` bytes.

        Redirects are followed, and whatever the server answers is given back; an address that has expired is
        replaced before, once. Raises Unreachable, and what the function for fresh addresses raises.
        """
        headers = {"Range": f"bytes={_range(span, suffix)}"} if span or suffix else {}
        if headers and if_range:
            headers["If-Range"] = if_range
        address, is_new = self._address(None)
        response = self.pool.open(address, headers=headers)
        if is_new or self._fresh is None or response.status not in _EXPIRED:
            return response
        response.close()
        return self.pool.open(self._address(address)[0], headers=headers)

    def _address(self, expired: str | None) -> tuple[str, bool]:
        """The address to use, other than the one expired; whether it was asked for just now."""
        with self._lock:
            if self._fresh is not None and self._current in (None, expired):
                self._current = self._fresh()
                return self._current, True
            return self._current or "", False


def _range(span: tuple[int, int | None] | None, suffix: int | None) -> str:
    """As RFC 9110 §14.1.2 writes it."""
    if span is None:
        return f"-{suffix}"
    start, stop = span
    return f"{start}-" if stop is None else f"{start}-{stop - 1}"
