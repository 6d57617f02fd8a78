"""Whether a server offers what only ours does for competitions: each call of it looks before it asks."""

from typing import Final, TypeVar

from brant.client.session import Session
from brant.contract.accounts import HELLO
from brant.contract.codec import Message
from brant.contract.method import Empty, Method
from brant.errors import BrantError, Unimplemented, Unreachable

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)

_EXTENSION: Final = "competitions"


def call(session: Session, method: Method[Req, Resp], request: Req, *, repeatable: bool = False) -> Resp:
    """Call a method that is ours, where the server says that it has it. Raises Unimplemented elsewhere."""
    if not session.extensions:
        _greet(session)
    if _EXTENSION not in session.extensions:
        raise Unimplemented(
            f"{session.endpoint} has no {method.name}: that is an extension of brant's own server, which "
            "'brant serve' starts"
        )
    return session.call(method, request, repeatable=repeatable)


def _greet(session: Session) -> None:
    """Has the server say what it offers: every answer of ours does, a refusal too."""
    try:
        session.call(HELLO, Empty())
    except Unreachable:
        raise
    except BrantError:
        return
