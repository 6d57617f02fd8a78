"""Scopes: what an access token allows, as `permission:resource` or `role:resource` words (RFC 6749 §3.3)."""

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
    readable = {noun for noun in _NOUNS if f"{noun}.get" in PERMISSIONS}
    roles: dict[str, tuple[str, ...]] = {
        f"{noun}.viewer": (f"{noun}.get",) for noun in _NOUNS if noun in readable
    }
    roles |= {
        f"{noun}.editor": tuple(name for name in PERMISSIONS if name.startswith(f"{noun}."))
        for noun in _NOUNS
        if noun != "account"
    }
    roles["resources.viewer"] = tuple(name for name in PERMISSIONS if name.endswith(".get"))
    roles["resources.editor"] = tuple(name for name in PERMISSIONS if not name.startswith("account."))
    roles[_EVERYTHING] = tuple(PERMISSIONS)
    return roles


ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(_roles())
"""Every role, and the permissions that it stands for."""

# A handle, or the first words of one: `owner/slug`, `competition`, `owner/model/framework/variation`.
_RESOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_.-]*){0,5}")
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
        return ROLES.get(self.name) or (self.name,)

    def covers(self, resource: str) -> bool:
        """Whether it holds on `resource`: on exactly that, on all, or on what that is a part of."""
        return self.resource in ("*", resource) or resource.startswith(f"{self.resource}/")


class Scopes(frozenset[Scope]):
    """What one token allows."""

    def allow(self, permission: str, resource: str | None = None) -> bool:
        """Whether `permission` is held on `resource`; without one, on all resources."""
        return any(permission in scope.permissions and scope.covers(resource or "*") for scope in self)

    def allow_somewhere(self, permission: str) -> bool:
        """Whether `permission` is held on anything at all."""
        return any(permission in scope.permissions for scope in self)

    def within(self, others: "Scopes") -> bool:
        """Whether `others` allow everything that these do."""
        return all(
            others.allow(permission, scope.resource) for scope in self for permission in scope.permissions
        )

    def __str__(self) -> str:
        return " ".join(sorted(str(scope) for scope in self))


def parse(text: str) -> Scopes:
    """The scopes in a list separated by blanks (RFC 6749 §3.3) or, as some clients write, by commas.

    Raises InvalidInput that names the first word that is no scope, and for an empty list.
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
    if scope.name == _EVERYTHING:
        words = "do everything that you can do"
    elif scope.name == "resources.viewer":
        words = "see and download everything that you can see"
    elif scope.name == "resources.editor":
        words = "see, change and delete everything of yours but your account"
    else:
        words = "; ".join(PERMISSIONS[name] for name in scope.permissions)
    return words if scope.resource == "*" else f"{words} (only {scope.resource})"


def _scope(word: str) -> Scope:
    name, colon, resource = word.partition(":")
    resource = resource.lower() if colon else "*"
    if name not in PERMISSIONS and name not in ROLES:
        raise InvalidInput(f"scope: {name[:60]!r} is none: expected one such as 'datasets.get:*'")
    if resource != "*" and not _RESOURCE.fullmatch(resource):
        raise InvalidInput(
            f"scope: {word[:80]!r} names no resource: expected '*' or a handle behind the colon"
        )
    return Scope(name, resource)


FULL: Final = Scopes({Scope(_EVERYTHING, "*")})
"""Everything: what a legacy key stands for, and a token that was made without scopes."""
