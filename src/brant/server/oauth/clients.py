"""Clients: applications that users let in: one built in, those of organizations, those that register."""

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy.engine import Connection

from brant.contract.scopes import parse
from brant.errors import InvalidInput
from brant.server.domain.accounts import redirects
from brant.server.store.tables import clients, codes, grants, organizations

BUILT_IN: Final = "kagglesdk"
PASTE_PATH: Final = "/account/api/oauth/token"
"""The page that shows a code to paste, for a client without a browser beside it."""

DEFAULT_SCOPES: Final = parse("resources.viewer:*")
"""What a request without `scope` asks for (RFC 6749 §3.3)."""

_BUILT_IN_NAME: Final = "Kaggle command line"
_BUILT_IN_REDIRECT: Final = re.compile(r"http://(?:localhost|127\.0\.0\.1):(8\d{3}|9000)/?")
_LONGEST_NAME: Final = 60
# Anybody may register one: those that no user lets in are forgotten, and there are only so many of them.
_MOST_UNUSED: Final = 10_000
_FORGOTTEN_AFTER: Final = timedelta(days=1)

Kind = Literal["built-in", "dynamic", "organization"]


@dataclass(frozen=True)
class Client(ClientMixin):
    """One application. `slug` is of its organization, `at_home` tells whether an origin is this server's."""

    id: str
    name: str
    kind: Kind
    redirect_uris: tuple[str, ...] = ()
    slug: str = ""
    at_home: Callable[[str], bool] = lambda _: False

    @property
    def is_public(self) -> bool:
        """Whether it can keep no secret (RFC 6749 §2.1)."""
        return self.kind != "organization"

    def shows_code(self, uri: str) -> bool:
        """Whether `uri` is our own page that shows the code to paste."""
        return self.kind == "built-in" and uri.endswith(PASTE_PATH) and self.at_home(uri[: -len(PASTE_PATH)])

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether a code may be sent there."""
        if self.kind == "built-in":
            return bool(_BUILT_IN_REDIRECT.fullmatch(redirect_uri)) or self.shows_code(redirect_uri)
        return any(redirects.matches(registered, redirect_uri) for registered in self.redirect_uris)

    def get_client_id(self) -> str:
        """Its id."""
        return self.id

    def get_default_redirect_uri(self) -> str | None:
        """The one that a request may leave out, since there is no other (RFC 6749 §3.1.2.3)."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str:
        """What a request asks for; where it does not say, to see and to change nothing."""
        return str(parse(scope) if scope else DEFAULT_SCOPES)

    def check_response_type(self, response_type: str) -> bool:
        """Codes alone (RFC 9700 §2.1.2)."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """What every client may do."""
        return grant_type in ("authorization_code", "refresh_token")


class Clients:
    """Finds clients, and registers them. `at_home` tells whether an origin is one of this server's."""

    def __init__(self, at_home: Callable[[str], bool]) -> None:
        self._built_in = Client(BUILT_IN, _BUILT_IN_NAME, "built-in", at_home=at_home)

    def find(self, connection: Connection, client_id: str) -> Client | None:
        """The client of that id."""
        if client_id == BUILT_IN:
            return self._built_in
        row = connection.execute(
            sa.select(clients.c.id, clients.c.name, clients.c.redirect_uris, organizations.c.slug)
            .outerjoin(organizations, organizations.c.id == clients.c.organization_id)
            .where(clients.c.id == client_id)
        ).one_or_none()
        return None if row is None else _client(row)

    def register(
        self, connection: Connection, name: str, redirect_uris: Sequence[str], now: datetime
    ) -> Client:
        """A new public client. Raises InvalidInput."""
        shown = shown_name(name)
        if shown.casefold() == _BUILT_IN_NAME.casefold():
            raise InvalidInput(f"client_name: {_BUILT_IN_NAME!r} is another application")
        checked = tuple(redirects.of_public(redirect_uris))
        _make_room(connection, now)
        made = Client(f"dyn-{secrets.token_urlsafe(16)}", shown, "dynamic", checked)
        connection.execute(
            sa.insert(clients).values(
                id=made.id, name=made.name, redirect_uris=json.dumps(checked), created=now
            )
        )
        return made


def shown_name(name: str) -> str:
    """What a client calls itself, as a page may show it: one short line that cannot pose as another's.

    Without control, format and direction characters; `unnamed application` for one that has none.
    """
    kept = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" else letter
        for letter in unicodedata.normalize("NFKC", name[: 10 * _LONGEST_NAME])
    )
    return " ".join(kept.split())[:_LONGEST_NAME].strip() or "unnamed application"


def _client(row: Any) -> Client:
    uris = tuple(json.loads(row.redirect_uris))
    kind: Kind = "dynamic" if row.slug is None else "organization"
    return Client(row.id, row.name, kind, uris, slug=row.slug or "")


def _make_room(connection: Connection, now: datetime) -> None:
    """Forgets those that nobody let in: the old ones, and of too many those that came first.

    To refuse the next instead would let whoever fills the room shut everybody else out.
    """
    used = sa.union_all(sa.select(grants.c.client_id), sa.select(codes.c.client_id))
    unused = sa.and_(clients.c.organization_id.is_(None), clients.c.id.not_in(used))
    latest = sa.select(clients.c.id).where(unused).order_by(clients.c.created.desc()).limit(_MOST_UNUSED - 1)
    is_old = clients.c.created < now - _FORGOTTEN_AFTER
    connection.execute(sa.delete(clients).where(unused, sa.or_(is_old, clients.c.id.not_in(latest))))
