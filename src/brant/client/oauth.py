"""OAuth as a public client: the request, its answer, the exchange (RFC 6749 §4.1, RFC 7636, RFC 9207)."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import msgspec

from brant.client.answers import one_line
from brant.client.credentials import AccessToken, Anonymous
from brant.client.endpoints import Endpoint
from brant.client.login_file import Login, lifetime
from brant.contract.accounts import INTROSPECT_TOKEN, IntrospectTokenRequest, IntrospectTokenResponse
from brant.contract.oauth import EXCHANGE_OAUTH_TOKEN, START_OAUTH_FLOW, ExchangeOAuthTokenRequest
from brant.errors import (
    BrantError,
    Declined,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ServerFailure,
    Unauthenticated,
    Unreachable,
)
from brant.transfer.http.address import parse_address

if TYPE_CHECKING:
    from brant.client.session import Session

CLIENT_ID: Final = "kagglesdk"
"""The public client that every compatible server knows, kaggle.com included (behaviour.md §3)."""

DEFAULT_SCOPES: Final = "resources.admin:*"
"""What the official command line asks for: all that the user may do."""

_WELL_KNOWN: Final = "/.well-known/oauth-authorization-server"
_PASTE_PAGE: Final = "/account/api/oauth/token"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_METADATA: Final = 1 << 20
# What may not come twice (RFC 6749 §3.1): nobody could say which of the two counts.
_SINGLE: Final = ("code", "state", "iss", "error")


class Provider(NamedTuple):
    """Who gives the tokens. `promises_issuer`: every answer of its names it (RFC 9207 §3)."""

    issuer: str
    promises_issuer: bool


class Request(NamedTuple):
    """One request for an authorization code. Who knows its verifier can use the code."""

    endpoint: Endpoint
    redirect_uri: str
    scope: str
    state: str
    verifier: str

    @property
    def url(self) -> str:
        """Where the user's browser goes (RFC 6749 §4.1.1, RFC 7636 §4.3)."""
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "code_challenge": code_challenge(self.verifier),
            "code_challenge_method": "S256",
            "response_mode": "query",
        }
        return f"{self.endpoint.web}{START_OAUTH_FLOW.paths[0]}?{urlencode(query)}"

    def __repr__(self) -> str:
        return f"Request(endpoint={self.endpoint.web!r}, redirect_uri={self.redirect_uri!r})"


class _Metadata(msgspec.Struct):
    issuer: str = ""
    authorization_response_iss_parameter_supported: bool = False


def code_challenge(verifier: str) -> str:
    """The S256 challenge of `verifier`: base64url without padding (RFC 7636 §4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()


def begin(endpoint: Endpoint, scope: str, redirect_uri: str | None = None) -> Request:
    """A request with state and verifier of its own; without a `redirect_uri` the server shows the code."""
    return Request(
        endpoint,
        redirect_uri or endpoint.web + _PASTE_PAGE,
        scope,
        state=token_urlsafe(32),
        verifier=token_urlsafe(64),
    )


def discover(session: "Session") -> Provider:
    """What the server says of itself (RFC 8414); where it says nothing, its own address stands for it.

    Raises InvalidInput when it names another issuer (RFC 8414 §3.3: it must not be used), Unreachable.
    """
    endpoint = session.endpoint
    parts = urlsplit(endpoint.web)
    url = urlunsplit((parts.scheme, parts.netloc, _WELL_KNOWN + parts.path, "", ""))
    found = _Metadata()
    try:
        with session.pool.request("GET", url, headers={"Accept": "application/json"}) as response:
            if response.status == 200:
                found = msgspec.json.decode(response.read(_LONGEST_METADATA), type=_Metadata)
    except msgspec.MsgspecError:
        pass
    except Unreachable:
        # The pages of kaggle.com stand elsewhere than its API, perhaps behind a wall: the browser will tell.
        if not endpoint.is_kaggle:
            raise
    if not found.issuer:
        return Provider(endpoint.web, promises_issuer=False)
    if not is_issuer(found.issuer, endpoint.web):
        raise InvalidInput(
            f"{endpoint} says that logins are given by {one_line(found.issuer)[:200]}: log in there, with "
            "--endpoint and that address"
        )
    return Provider(found.issuer, found.authorization_response_iss_parameter_supported)


def is_issuer(name: str, expected: str) -> bool:
    """Whether `name` means the same issuer; the names of this machine are one on one port."""
    if name == expected:
        return True
    try:
        if Endpoint.of(name).is_kaggle:
            return Endpoint.of(expected).is_kaggle
        given, own = parse_address(name), parse_address(expected)
    except InvalidInput:
        return False
    alike = (given.scheme, given.port, given.target.rstrip("/")) == (
        own.scheme,
        own.port,
        own.target.rstrip("/"),
    )
    return alike and (given.host == own.host or {given.host, own.host} <= _LOOPBACK)


def read_answer(query: str, request: Request, provider: Provider) -> str | None:
    """The authorization code in the query that a browser brought; None for what is no answer to `request`.

    Raises Unauthenticated for the answer of another issuer (RFC 9207 §2.4), Declined when the user denied the
    login, and for another error what it stands for (RFC 6749 §4.1.2.1).
    """
    try:
        fields = parse_qs(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return None
    if any(len(fields.get(name, ())) > 1 for name in _SINGLE):
        return None
    given = {name: values[0] for name, values in fields.items()}
    if not compare_digest(given.get("state", "").encode("utf-8", "replace"), request.state.encode()):
        return None
    _check_issuer(given.get("iss"), provider)
    if "error" in given:
        raise _refusal(given["error"], given.get("error_description", ""), request)
    return given.get("code") or None


def read_pasted(text: str, request: Request, provider: Provider) -> str:
    """The code in what a user pasted: the code itself, or the whole address to which the browser was sent.

    Raises InvalidInput for what is neither, and what `read_answer` raises.
    """
    pasted = text.strip()
    # Browsers show addresses without their scheme.
    address, mark, query = pasted.partition("#")[0].partition("?")
    if mark or "://" in pasted or pasted.startswith(("code=", "state=", "error=")):
        code = read_answer(query if mark else address, request, provider)
        if code is None:
            raise InvalidInput(
                "the pasted address is not the answer to this login: paste the code that the page showed last"
            )
        return code
    if not pasted or len(pasted) > 4096 or any(not "!" <= letter <= "~" for letter in pasted):
        raise InvalidInput("that is no code: paste the one that the page shows, or the page's whole address")
    return pasted


def exchange(session: "Session", request: Request, code: str) -> Login:
    """The login that `code` is good for. The verifier alone binds it, as with the official client.

    Raises Unauthenticated when the server does not take the code, ServerFailure for an answer without tokens.
    """
    asked = ExchangeOAuthTokenRequest(
        code=code, code_verifier=request.verifier, grant_type="authorization_code"
    )
    try:
        answer = session.acting_as(Anonymous(secrets=(code, request.verifier))).call(
            EXCHANGE_OAUTH_TOKEN, asked
        )
    except (Unauthenticated, PermissionDenied, NotFound, InvalidInput) as error:
        said = f" ({error.message})" if isinstance(error, InvalidInput) else ""
        raise Unauthenticated(
            f"{session.endpoint} did not take the code{said}: it works once and for a few minutes, so begin "
            "again with 'brant auth login'"
        ) from None
    if not (answer.access_token and answer.refresh_token) or answer.token_type.lower() not in ("bearer", ""):
        raise ServerFailure(f"{session.endpoint} gave no bearer token for the code: try again later")
    return Login(
        access_token=answer.access_token,
        refresh_token=answer.refresh_token,
        expires=datetime.now(UTC) + lifetime(answer.expires_in) if answer.expires_in > 0 else None,
        username=answer.username,
        scopes=tuple((answer.scope or request.scope).split()),
        endpoint=session.endpoint.web,
    )


def confirmed(session: "Session", login: Login) -> Login:
    """`login` with the name and the scopes that the server knows it by. Raises Unauthenticated."""
    found = introspect(session.acting_as(AccessToken(login.access_token, "the login")))
    if not found.active or not (found.username or login.username):
        raise Unauthenticated(
            f"{session.endpoint} does not know the token that it has just given: log in again"
        )
    return login._replace(
        username=found.username or login.username,
        scopes=tuple(found.scope.split()) or login.scopes,
    )


def introspect(session: "Session") -> IntrospectTokenResponse:
    """What the server says of the bearer token of the session's caller (RFC 7662)."""
    if session.credentials.is_due():
        session.credentials.renew(session)
    _, _, token = (session.credentials.header() or "").partition(" ")
    return session.call(INTROSPECT_TOKEN, IntrospectTokenRequest(token=token), repeatable=True)


def _check_issuer(named: str | None, provider: Provider) -> None:
    if named is None and not provider.promises_issuer:
        return
    if named is None or not is_issuer(named, provider.issuer):
        who = f"from {one_line(named)[:200]}" if named else "from nobody knows whom"
        raise Unauthenticated(
            f"the answer came {who} and not from {provider.issuer}, so nothing was sent to anybody "
            "(RFC 9207 §2.4): log in again, and close other logins first"
        )


def _refusal(error: str, description: str, request: Request) -> BrantError:
    words = one_line(description) or one_line(error)[:60] or "no reason given"
    if error == "access_denied":
        more = "" if words == error else f" ({words})"
        return Declined(f"the login was denied in the browser{more}: nobody is logged in")
    if error in ("server_error", "temporarily_unavailable"):
        return ServerFailure(f"{request.endpoint} cannot log anybody in now ({words}): try again later")
    advice = "ask for others with --scope" if error == "invalid_scope" else "try again"
    return InvalidInput(f"{request.endpoint} refused the login ({words}): {advice}")
