"""The four clients: how each is started, and what it has no way to do."""

import sys
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Final, NamedTuple

from tests.node.installed import FOLDER, node, package
from tests.oauth_clients.client import Client


class Can(Enum):
    """What a client may offer; a scenario names what it needs."""

    DISCOVER = auto()  # finds the endpoints by the issuer alone (RFC 8414)
    FIND = auto()  # finds the issuer by the API alone (RFC 9728)
    REGISTER = auto()  # registers itself (RFC 7591)
    HEAR_NO = auto()  # tells the user's no from other errors
    CHECK_ISSUER = auto()  # looks at `iss` (RFC 9207)
    READ_CHALLENGE = auto()  # tells what a 401 or 403 asks for (RFC 6750 §3)
    RENEW = auto()  # refreshes by itself before a call
    HEAR_OVER = auto()  # tells its application that a token is good no more
    RENEW_ON_REFUSAL = auto()  # … or refreshes by itself, and calls again
    INTROSPECT = auto()  # RFC 7662
    REVOKE = auto()  # RFC 7009


class Driver(NamedTuple):
    """One client. `lacks` says of each ability that it has not what its library has instead."""

    name: str
    client: str
    program: str
    needs: tuple[str, ...]
    lacks: Mapping[Can, str]
    environ: Mapping[str, str] = {}

    def offers(self, needs: frozenset[Can]) -> bool:
        """Whether the client has a way to do all of `needs`."""
        return not needs & set(self.lacks)

    def start(self, room: Path) -> Client:
        """A process of this client; skips where Node or a package of it is missing."""
        if self.program.endswith(".mjs"):
            for name in self.needs:
                package(name)
            command = [str(node()), str(FOLDER / self.program)]
        else:
            command = [sys.executable, "-m", self.program]
        return Client(command, room, dict(self.environ))


_ENDPOINTS: Final = "takes the address of each endpoint from its application"

DRIVERS: Final = (
    Driver(
        "openid_client",
        "openid-client",
        "openid_client.mjs",
        ("openid-client", "oauth4webapi"),
        {
            Can.RENEW: "leaves it to the application when to refresh",
            Can.RENEW_ON_REFUSAL: "leaves it to the application when to refresh",
        },
    ),
    Driver(
        "badgateway",
        "@badgateway/oauth2-client",
        "badgateway.mjs",
        ("@badgateway/oauth2-client",),
        {
            Can.FIND: "knows no metadata of protected resources",
            Can.REGISTER: "has no registration",
            Can.CHECK_ISSUER: "reads code, state and scope of a redirect alone",
            Can.READ_CHALLENGE: "hands the bare answer over",
            Can.HEAR_OVER: "refreshes when a call is answered with 401",
        },
    ),
    Driver(
        "requests_oauthlib",
        "requests-oauthlib",
        "tests.oauth_clients.with_requests_oauthlib",
        (),
        {
            Can.DISCOVER: _ENDPOINTS,
            Can.FIND: _ENDPOINTS,
            Can.REGISTER: "has no registration",
            Can.CHECK_ISSUER: "reads code and state of a redirect alone",
            Can.READ_CHALLENGE: "hands the bare answer over",
            Can.RENEW_ON_REFUSAL: "refreshes by the clock alone",
            Can.INTROSPECT: "has no introspection",
            Can.REVOKE: "has no revocation",
        },
        # Its word for a server on loopback that speaks http.
        {"OAUTHLIB_INSECURE_TRANSPORT": "1"},
    ),
    Driver(
        "authlib",
        "authlib",
        "tests.oauth_clients.with_authlib",
        (),
        {
            Can.DISCOVER: _ENDPOINTS,
            Can.FIND: _ENDPOINTS,
            Can.REGISTER: "has no registration",
            Can.HEAR_NO: "takes a redirect without a code for a request of another grant",
            Can.CHECK_ISSUER: "reads code and state of a redirect alone",
            Can.READ_CHALLENGE: "hands the bare answer over",
            Can.RENEW_ON_REFUSAL: "refreshes by the clock alone",
        },
    ),
)
