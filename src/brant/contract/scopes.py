"""Scopes: what an access token allows, as `permission:resource` or `role:resource` words (RFC 6749 §3.3).

`resource` is `*` or one handle. A handle means whatever bears it, of every noun that the permission is about, and its
parts: `models.get:ada/owls` holds on `ada/owls/pytorch/small`. A single word is a competition, and never an owner:
nobody who grants `resources.editor:titanic` is to hand over all that a user of that name has.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from brant.errors import InvalidInput

PERMISSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "datasets.get": "see and download datasets",
        "datasets.update": "create, change and delete datasets",
        "models.get": "see and download models",
        "models.create": "create models",
        "models.update": "change and delete models",
        "kernels.get": "see notebooks and download their output",
        "kernels.update": "create, run, change and delete notebooks",
        "competitions.get": "see competitions, their data, leaderboards and your submissions",
        "competitions.submit": "join competitions and submit to them",
        "competitions.update": "create competitions and host them",
        "discussions.get": "read discussions",
        "benchmarks.get": "see benchmarks and their results",
        "benchmarks.update": "create benchmarks and run them",
        "agents.get": "see agents and their exams",
        "agents.update": "create agents and enter them for exams",
        "files.update": "send files to your inbox",
        "groups.get": "see the members of groups",
        "sharing.get": "see who may use what is yours",
        "sharing.update": "change who may use what is yours",
        "account.update": "change your account and revoke its tokens",
    }
)
"""Every permission, and in words what it allows."""

_EVERYTHING: Final = "resources.admin"
_NOUNS: Final = tuple(dict.fromkeys(name.partition(".")[0] for name in PERMISSIONS))


def _roles() -> dict[str, tuple[str, ...]]:
    roles: dict[str, tuple[str, ...]] = {}
    for noun in _NOUNS:
        names = tuple(name for name in PERMISSIONS if name.startswith(f"{noun}."))
        if f"{noun}.get" in names:
            roles[f"{noun}.viewer"] = (f"{noun}.get",)
        if names != (f"{noun}.get",) and noun != "account":
            roles[f"{noun}.editor"] = names
    roles["resources.viewer"] = tuple(name for name in PERMISSIONS if name.endswith(".get"))
    roles["resources.editor"] = tuple(name for name in PERMISSIONS if not name.startswith("account."))
    roles[_EVERYTHING] = tuple(PERMISSIONS)
    return roles


ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_roles())
"""Every role, and the permissions that it stands for."""

OFFERED: Final = (*(f"{name}:*" for name in PERMISSIONS), *(f"{name}:*" for name in ROLES))
"""What a client may ask for, as discovery lists it (RFC 8414 §2, `scopes_supported`); each also on one resource."""

_IN_WORDS: Final = {
    _EVERYTHING: "do everything that you can do",
    "resources.viewer": "see and download everything that you can see",
    "resources.editor": "do everything that you can do, but for changing your account",
}
# `competition`, `owner/slug`, `owner/model/framework/variation/version`; `.` cannot begin a part, so none is `..`.
_RESOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_.-]*){0,4}")
_LONGEST_RESOURCE: Final = 300
_MOST_SCOPES: Final = 50
_LONGEST: Final = 4000


class Scope(NamedTuple):
    """One permission or role, on one resource or, with `*`, on all."""

    name: str
    resource: str

    def __str__(self) -> str:
        return f"{self.name}:{self.resource}"

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions that it stands for."""
        return permissions_of(self.name)

    def covers(self, resource: str) -> bool:
        """Whether it holds on `resource`: on all, on exactly that, or on the handle that this is a part of."""
        if self.resource in ("*", resource):
            return True
        return "/" in self.resource and resource.startswith(f"{self.resource}/")


class Scopes(frozenset[Scope]):
    """What one token allows. Where a permission is asked for, a role stands for all of its permissions."""

    def allow(self, name: str, resource: str | None = None) -> bool:
        """Whether the permission or role `name` is held on `resource`; without one, on all resources."""
        return all(
            any(permission in scope.permissions and scope.covers(resource or "*") for scope in self)
            for permission in permissions_of(name)
        )

    def allow_somewhere(self, name: str) -> bool:
        """Whether `name` is held on anything at all, each of its permissions perhaps on something else."""
        return all(
            any(permission in scope.permissions for scope in self) for permission in permissions_of(name)
        )

    def resources(self, permission: str) -> frozenset[str]:
        """The handles on which `permission` is held; `*` is among them where it is held on all."""
        return frozenset(scope.resource for scope in self if permission in scope.permissions)

    def within(self, others: "Scopes") -> bool:
        """Whether `others` allow everything that these do."""
        return all(others.allow(scope.name, scope.resource) for scope in self)

    def __str__(self) -> str:
        return " ".join(sorted(str(scope) for scope in self))


def permissions_of(name: str) -> tuple[str, ...]:
    """The permissions that a role stands for; a permission stands for itself."""
    return ROLES.get(name, (name,))


def parse(text: str) -> Scopes:
    """The scopes in a list separated by blanks (RFC 6749 §3.3) or, as some clients write, by commas.

    A word without a colon means all resources. Raises InvalidInput that names the first word that is no scope, and
    for an empty list.
    """
    words = text[: _LONGEST + 1].replace(",", " ").split()
    if not words or len(text) > _LONGEST or len(words) > _MOST_SCOPES:
        raise InvalidInput(f"scope: expected 1 to {_MOST_SCOPES} scopes such as 'datasets.get:*'")
    return Scopes(_scope(word) for word in words)


def join(scopes: Iterable[Scope]) -> Scopes:
    """Scopes of single ones."""
    return Scopes(scopes)


def describe(scope: Scope) -> str:
    """What a scope allows, in words for who is asked to grant it."""
    words = _IN_WORDS.get(scope.name) or "; ".join(PERMISSIONS[name] for name in scope.permissions)
    return words if scope.resource == "*" else f"{words} (only {scope.resource})"


def _scope(word: str) -> Scope:
    name, colon, resource = word.partition(":")
    if name not in PERMISSIONS and name not in ROLES:
        raise InvalidInput(f"scope: {name[:60]!r} is none: expected one such as 'datasets.get:*'")
    if not colon or resource == "*":
        return Scope(name, "*")
    known = handle(resource)
    if known is None:
        raise InvalidInput(
            f"scope: {word[:80]!r} names no resource: expected '*' or a handle behind the colon"
        )
    return Scope(name, known)


def handle(text: str) -> str | None:
    """`text` as a scope names a resource, in lower case; None where it is no handle."""
    lower = text.lower()
    if len(text) > _LONGEST_RESOURCE or not text.isascii() or not _RESOURCE.fullmatch(lower):
        return None
    return lower


FULL: Final = Scopes({Scope(_EVERYTHING, "*")})
"""Everything: what a legacy key stands for, and a token that was made without scopes."""
