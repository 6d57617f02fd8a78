"""The scope check: what a token must allow for a call to reach its handler; the one place that asks."""

from typing import Final

from brant.contract.codec import Message
from brant.errors import InsufficientScope
from brant.server.domain.actor import Actor
from brant.server.domain.resources import Resources, number_in
from brant.server.edge.routes import AnyMethod

_SHOWN: Final = 300


def may_call(method: AnyMethod, actor: Actor | None) -> None:
    """Raises InsufficientScope for a token that allows the call on nothing: to know that, no body is read."""
    if actor is None or not method.scopes or method.scope_if is not None:
        return
    if not any(actor.scopes.allow_somewhere(name) for name in method.scopes):
        raise _lacking(method, actor, None)


def may_touch(method: AnyMethod, actor: Actor | None, request: Message, resources: Resources) -> None:
    """Raises InsufficientScope unless the token allows the call on what `request` is about.

    `may_call` has been asked. The refusal is the same whether or not there is such a thing.
    """
    if actor is None or not method.scopes or method.resource == () or not _is_asked(method, request):
        return
    if any(actor.scopes.allow(name) for name in method.scopes):
        return
    resource = None if method.resource is None else resources.of(method, actor, request)
    if resource is None or not any(actor.scopes.allow(name, resource) for name in method.scopes):
        raise _lacking(method, actor, None if number_in(method, request) is not None else resource)


def _is_asked(method: AnyMethod, request: Message) -> bool:
    return method.scope_if is None or getattr(request, method.scope_if) is not None


def _lacking(method: AnyMethod, actor: Actor, resource: str | None) -> InsufficientScope:
    lacks = [f"{name}:{resource or '*'}" for name in method.scopes]
    held = str(actor.scopes)
    shown = held if len(held) <= _SHOWN else f"{held[:_SHOWN].rpartition(' ')[0]} …"
    return InsufficientScope(
        f"this token lacks {' or '.join(lacks)}, which {method.name} needs; it holds {shown}: "
        "use a token with that scope, made at /settings/api or granted at sign-in",
        # One of several is enough, and a client asks its user for all that the header names.
        scope=lacks[0],
    )
