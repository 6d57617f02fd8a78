"""Method: one API call, declared once for the client, both server routes, the scope check, the docs and the tests."""

from typing import Generic, Literal, TypeVar

import msgspec

from brant.contract.codec import Duration, Message

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Consent = Literal["destroys", "spends"]


class Empty(Message):
    """The message of a method that asks or answers nothing; `{}` on the wire."""


class HttpRedirect(Message):
    """An answer that is a redirect: the server sends 302 and never 307 (behaviour.md §8)."""

    url: str = ""
    permanent: bool = False
    bypass_encoding: bool | None = None
    expiry: Duration | None = None


class FileDownload(Message):
    """An answer that is a file: its bytes are the body, and these say what they are (RFC 6266 names it)."""

    content_type: str = ""
    file_name: str = ""
    token: str = ""
    content_length: int | None = None


class Method(msgspec.Struct, Generic[Req, Resp], frozen=True, eq=False, kw_only=True):
    """One API call.

    `service`, `name`: of the RPC path `/v1/{service}/{name}`, always POST.
    `verb`, `paths`: the REST form; the first path whose parameters are all set is the one a client takes.
    `body_field`: what the REST body fills: `*` the message itself, a name one field of it, None nothing.
    `scope`: the permission that an access token must hold (`datasets.get`), a role for all that it stands for, or
        several of which one is enough; None where none is asked.
    `resource`: the fields of the request that name, put together, what the permission must hold on, as a handle or,
        a single number, by id; none at all (`()`) where it is enough on anything, None where it must hold on all.
    `scope_if`: the field of the request whose presence makes the scope needed; None where it always is.
    `anonymous`: whether a caller without credentials may call at all; what such a caller sees is the handler's matter.
    `consent`: why a user is asked before a program of ours calls it (S2): it destroys what cannot be brought back,
        or spends what a user has little of; None for all else.
    `consent_if`: the field of the request, with dots for a field within one, that makes it so; None: it always is.
    `request`, `response`: the messages; None while the method stands in the catalogue by name alone.
    """

    service: str
    name: str
    verb: Verb
    paths: tuple[str, ...]
    body_field: str | None = None
    scope: str | tuple[str, ...] | None = None
    resource: tuple[str, ...] | None = None
    scope_if: str | None = None
    anonymous: bool = False
    consent: Consent | None = None
    consent_if: str | None = None
    request: type[Req] | None = None
    response: type[Resp] | None = None

    @property
    def rpc_path(self) -> str:
        """`/v1/{service}/{name}`, to be put behind the base address."""
        return f"/v1/{self.service}/{self.name}"

    @property
    def scopes(self) -> tuple[str, ...]:
        """The permissions and roles of which a token must hold one; empty where none is asked."""
        return (self.scope,) if isinstance(self.scope, str) else self.scope or ()

    def needs_consent(self, request: Message) -> bool:
        """Whether a user is to be asked before `request` is sent."""
        if self.consent is None or self.consent_if is None:
            return self.consent is not None
        value: object = request
        for field in self.consent_if.split("."):
            value = getattr(value, field, None)
        return bool(value)

    @property
    def declared(self) -> bool:
        """Whether its messages are declared in full."""
        return self.request is not None

    def __repr__(self) -> str:
        return f"Method({self.service}/{self.name})"
