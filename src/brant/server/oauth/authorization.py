"""Authorization requests: what an application asks a user for, and the redirect that answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749 import (
    OAuth2Error,
    UnsupportedResponseTypeError,
)

from brant.contract.scopes import Scopes, parse
from brant.errors import InvalidInput
from brant.server.oauth import grants
from brant.server.oauth.clients import PASTE_PATH, Client, Clients
from brant.server.oauth.provider import Provider, unpadded
from brant.server.oauth.requests import Asking, plain, single
from brant.server.store.database import Database


class Refused(InvalidInput):
    """The request cannot be answered by a redirect: only the user may be told (RFC 6749 §4.1.2.1)."""


class Redirected(Exception):
    """The request is wrong, and the application is to be told so: the browser goes to `url`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(frozen=True)
class Asked:
    """What a valid request asks for.

    `redirect_uri` is where the answer goes; `named_redirect_uri` what the request named, if anything.
    `shows_code`: the answer goes to our own page, which shows the code to whoever pastes it.
    """

    client_id: str
    client_name: str
    client_is_organization: bool
    scopes: Scopes
    redirect_uri: str
    named_redirect_uri: str
    state: str
    challenge: str | None
    shows_code: bool = False


class Authorization:
    """Reads requests, and answers those that a user decided on."""

    def __init__(self, db: Database, clients: Clients, issuer: str) -> None:
        self._db = db
        self._clients = clients
        self._issuer = issuer

    def begin(self, params: Mapping[str, Sequence[str]], now: datetime) -> Asked:
        """What the query of a request asks for. Raises Refused, Redirected."""
        try:
            given = single([(name, value) for name, values in params.items() for value in values])
        except OAuth2Error as error:
            raise Refused(error.description) from None
        # authlib repeats it in words that take fewer characters.
        request = Asking("GET", {**given, "response_type": plain(given.get("response_type", ""))})
        with self._db.read() as connection:
            try:
                grant = Provider(self._clients, self._issuer, connection, now).get_consent_grant(request)
            except OAuth2Error as error:
                raise self._refusal(error, given.get("state", "")) from None
        client: Client = request.client
        return Asked(
            client_id=client.id,
            client_name=client.name,
            client_is_organization=not client.is_public,
            scopes=parse(request.scope),
            redirect_uri=grant.redirect_uri,
            named_redirect_uri=given.get("redirect_uri", ""),
            state=given["state"],
            challenge=unpadded(given["code_challenge"]) if "code_challenge" in given else None,
            shows_code=client.shows_code(grant.redirect_uri),
        )

    def allow(self, asked: Asked, user_id: int, now: datetime) -> str:
        """Where the browser goes when the user allowed it; in the address is a code for ten minutes."""
        with self._db.write() as connection:
            code = grants.save_code(
                connection,
                user_id=user_id,
                client_id=asked.client_id,
                redirect_uri=asked.named_redirect_uri,
                challenge=asked.challenge,
                scopes=asked.scopes,
                now=now,
            )
        return self._answer(asked, code=code)

    def deny(self, asked: Asked) -> str:
        """Where the browser goes when the user refused it."""
        return self._answer(asked, error="access_denied", error_description="The user refused.")

    def _answer(self, asked: Asked, **params: str) -> str:
        # Our own page is under whatever origin the browser uses now, so the code goes to no other either.
        target = PASTE_PATH if asked.shows_code else asked.redirect_uri
        return _with_query(target, {**params, "state": asked.state, "iss": self._issuer})

    def _refusal(self, error: OAuth2Error, state: str) -> Exception:
        words = error.get_error_description()
        if isinstance(error, UnsupportedResponseTypeError):
            # authlib's own words for it repeat themselves, and quote what was sent.
            words = "response_type must be 'code' (RFC 6749 section 4.1.1)"
        if error.redirect_uri is None:
            return Refused(words)
        params = {"error": error.error, "error_description": words, "state": state, "iss": self._issuer}
        told = {name: value for name, value in params.items() if value}
        return Redirected(_with_query(error.redirect_uri, told))


def _with_query(uri: str, params: Mapping[str, str]) -> str:
    """`uri` with `params` added to its query; encoded, so that no header can be forged with them."""
    return f"{uri}{'&' if urlsplit(uri).query else '' if uri.endswith('?') else '?'}{urlencode(params)}"
