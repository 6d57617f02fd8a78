"""What authlib is given of a request, and gives back: plain values of no HTTP framework."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Payload,
    OAuth2Request,
    TokenMixin,
)

from brant.server.domain.accounts.tokens import Found
from brant.server.oauth.clients import Client
from brant.server.oauth.grants import Code

# RFC 6749 appendix A: VSCHAR, for every parameter that there is.
_VISIBLE: Final = re.compile(r"[\x20-\x7e]*")
_UNSAFE: Final = re.compile(r'[^\x20-\x7e]|["\\]')


class Answer(NamedTuple):
    """What goes back: an HTTP status, a JSON object or, for a redirect, nothing, and headers."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers.get("Location", "")


class _Payload(OAuth2Payload):
    """The parameters; none stands there twice."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self._params = dict(params)

    @property
    def data(self) -> dict[str, str]:
        """Each parameter."""
        return self._params

    @property
    def datalist(self) -> dict[str, list[str]]:
        """The same as lists."""
        return {name: [value] for name, value in self._params.items()}


class Asking(OAuth2Request):
    """One request. `params` are of its form or query, `authorization` the values of that header."""

    def __init__(self, method: str, params: Mapping[str, str], authorization: Sequence[str] = ()) -> None:
        # authlib looks for https here; whether the transport is safe is decided where the server is put.
        super().__init__(method, "https://server.invalid/")
        self.payload = _Payload(params)
        self.authorization = tuple(authorization)

    @property
    def form(self) -> dict[str, str]:
        """The parameters once more."""
        params: dict[str, str] = self.payload.data
        return params


class HeldCode(AuthorizationCodeMixin):
    """A code in the words in which authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, code: Code) -> None:
        self.code = code
        self.code_challenge = code.challenge

    def get_redirect_uri(self) -> str:
        """What the exchange must name as well."""
        return self.code.redirect_uri

    def get_scope(self) -> str:
        """What was granted."""
        return str(self.code.scopes)


class HeldToken(TokenMixin):
    """A good token in the words in which authlib asks about it."""

    def __init__(self, found: Found) -> None:
        self.found = found

    def check_client(self, client: Client) -> bool:
        """Whether it was issued to that client."""
        return self.found.client_id == client.id

    def get_scope(self) -> str:
        """What it allows."""
        return str(self.found.scopes)

    def is_expired(self) -> bool:
        """Never: only good ones are found."""
        return False

    def is_revoked(self) -> bool:
        """Never: only good ones are found."""
        return False


def single(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Parameters, each at most once; one without a value counts as absent (RFC 6749 §3.1, §3.2).

    Raises authlib's InvalidRequestError for a repeated one, and for characters that no parameter has.
    """
    params: dict[str, str] = {}
    for name, value in pairs:
        if not _VISIBLE.fullmatch(value):
            raise InvalidRequestError("A parameter has characters beyond printable ASCII (RFC 6749 app. A).")
        if name in params:
            raise InvalidRequestError(
                f"The parameter {plain(name[:40])} stands there twice (RFC 6749 sec. 3.1)."
            )
        params[name] = value
    return {name: value for name, value in params.items() if value}


def plain(text: str) -> str:
    """`text` with what an `error_description` may hold (RFC 6749 §5.2); anything else makes authlib fail."""
    return _UNSAFE.sub("?", text)


def refused(error: OAuth2Error) -> Answer:
    """An error as an answer (RFC 6749 §5.2)."""
    status, body, _ = error()
    return Answer(status, body, {})
