"""Who calls, when, and how addresses are made: what every handler is given beside its message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from brant.contract.scopes import FULL, Scopes
from brant.errors import Unauthenticated


class Actor(NamedTuple):
    """The authenticated caller, with what their token or key allows. An anonymous one is None."""

    user_id: int
    name: str
    is_admin: bool = False
    scopes: Scopes = FULL
    token_id: int | None = None


class Links(Protocol):
    """Absolute addresses in the origin that the caller used."""

    def upload(self, token: str) -> str:
        """Takes the bytes of the upload that `token` names, without credentials."""

    def blob(self, sha256: str, name: str, *, version_id: int) -> str:
        """Gives one file of a version, without credentials. Its last path segment is `name`."""

    def bundle(self, version_id: int, name: str) -> str:
        """Gives a whole version as one zip, without credentials. Its last path segment is `name`."""

    def submission(self, submission_id: int, name: str) -> str:
        """Gives the file of a submission, without credentials. Its last path segment is `name`."""

    def page(self, path: str) -> str:
        """A page for people; `path` begins with a slash."""


@dataclass(frozen=True, slots=True)
class Context:
    """One call: its actor, its time (with a zone), and its links."""

    actor: Actor | None
    now: datetime
    links: Links

    @property
    def caller(self) -> Actor:
        """The actor, where there must be one. Raises Unauthenticated."""
        if self.actor is None:
            raise Unauthenticated(
                "this call needs credentials: log in, or make a token at /settings/api "
                "and put it into KAGGLE_API_TOKEN"
            )
        return self.actor


class File(NamedTuple):
    """What a handler answers where its method is declared to give a FileDownload."""

    name: str
    content_type: str
    content: bytes


# The messages differ by method; `Method.request` and `Method.response` say which.
Handler = Callable[[Context, Any], Any]
