"""`--verbose`: each request and the head of its answer, a line each, secrets left out."""

from collections.abc import Callable, Mapping
from time import monotonic

from brant.client.session import Session
from brant.errors import BrantError
from brant.transfer.http.body import Content
from brant.transfer.http.pool import Pool, Response, TransportSettings


def traced(session: Session, say: Callable[[str], None]) -> Session:
    """`session` again, over connections that tell `say` what goes over them."""
    say(f"# {session.endpoint.base}, credentials: {session.credentials.source}")
    return Session(
        session.endpoint,
        session.credentials,
        _TracingPool(session.pool.settings, say),
        retry=session.retry,
        warn=say,
        state=session.state,
        guard=session.guard,
    )


class _TracingPool(Pool):
    """A pool that tells of each request. `say` redacts: addresses may carry signatures."""

    def __init__(self, settings: TransportSettings, say: Callable[[str], None]) -> None:
        super().__init__(settings)
        self._say = say

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Content | None = None,
        timeout: float | None = None,
        once: bool = False,
    ) -> Response:
        ranges = [
            f"{name}: {value}" for name, value in (headers or {}).items() if name.lower().endswith("range")
        ]
        self._say(" ".join([">", "", method, url, *ranges]))
        began = monotonic()
        try:
            response = super().request(method, url, headers=headers, body=body, timeout=timeout, once=once)
        except BrantError as error:
            self._say(f"<  {error.message}")
            raise
        length = response.headers.get("content-length")
        size = f", {length} bytes" if length else ""
        self._say(f"<  {response.status} {response.reason}{size}, {(monotonic() - began) * 1000:.0f} ms")
        return response
