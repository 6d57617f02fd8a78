"""Places: where a scenario happens, reached by the bare contract. A running server is one."""

import http.client
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from brant.contract import codec
from brant.contract.codec import Message
from brant.contract.method import HttpRedirect, Method
from brant.errors import BrantError, from_status
from brant.server.domain.services import Services
from tests.conftest import RunningServer
from tests.ledger import LEDGER, issued

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)

_PATIENCE: Final = 30


class User(NamedTuple):
    """A user and what it shows as proof: an access token, or a legacy key."""

    name: str
    token: str
    key: str


class Place(Protocol):
    """What arranging and judging need, whatever stands behind it."""

    def add_user(self, name: str) -> User:
        """A new user with a fresh token and key."""
        ...

    def call(self, user: User | None, method: Method[Req, Resp], request: Req) -> Resp:
        """The answer to `request`; raises the BrantError that the place answers with."""
        ...

    def put(self, address: str, data: bytes) -> None:
        """Sends the bytes of an upload to the address that its start gave."""
        ...

    def get(self, address: str) -> bytes:
        """The bytes behind an address that a download gave."""
        ...

    def settle(self, is_done: Callable[[], bool]) -> None:
        """Waits until the jobs at hand have made `is_done` true; fails where they do not."""
        ...


class Served:
    """A server process, spoken to in plain HTTP: no client of ours takes part in judging."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self.address = server.address

    def add_user(self, name: str) -> User:
        """By `brant admin`."""
        self._server.add_user(name)
        return User(name, self._server.token(name), self._server.key(name))

    def limited(self, user: User, *scopes: str) -> User:
        """The same user with a token for `scopes` alone, which also stands in the place of the key."""
        token = self._server.token(user.name, *scopes)
        return User(user.name, token, token)

    def call(self, user: User | None, method: Method[Req, Resp], request: Req) -> Resp:
        """By RPC, with the user's access token."""
        headers = {"Content-Type": "application/json"}
        if user is not None:
            headers["Authorization"] = f"Bearer {user.token}"
        address = f"{self.address}/api{method.rpc_path}"
        status, location, body = self._send("POST", address, codec.encode(request), headers)
        assert method.response is not None
        if method.response is HttpRedirect and status == 302:
            return codec.from_builtins({"url": location}, method.response)
        if status != 200:
            raise _error(status, body)
        return codec.decode(body, method.response)

    def put(self, address: str, data: bytes) -> None:
        """In one piece."""
        status, _, body = self._send("PUT", address, data, {})
        if status not in (200, 201):
            raise _error(status, body)

    def get(self, address: str) -> bytes:
        """Whole, without credentials."""
        status, _, body = self._send("GET", address, b"", {})
        if status != 200:
            raise _error(status, body)
        return body

    def settle(self, is_done: Callable[[], bool]) -> None:
        """The server's own worker does them; it is asked again and again."""
        late = time.monotonic() + _PATIENCE
        while not is_done():
            assert time.monotonic() < late, f"no end of scoring after {_PATIENCE} s"
            time.sleep(0.05)

    def _send(
        self, verb: str, address: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str | None, bytes]:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(verb, target, body or None, headers)
            answer = connection.getresponse()
            said = answer.read()
            LEDGER.answered(answer.getheaders(), said)
            return answer.status, answer.getheader("Location"), said
        finally:
            connection.close()


def make_user(services: Services, name: str) -> User:
    """A user with both kinds of credentials."""
    now = datetime.now(UTC)
    services.users.add(name, now)
    return User(
        name,
        issued(services.tokens.make_token(name, now)),
        issued(services.tokens.make_key(name, now), user=name),
    )


def _error(status: int, body: bytes) -> BrantError:
    return from_status(status, body.decode(errors="replace"))
