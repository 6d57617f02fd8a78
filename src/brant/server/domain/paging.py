"""Page tokens: opaque to clients, checked when they come back; a page goes on where the last one ended."""

import base64
from typing import Any, TypeVar

import msgspec

from brant.errors import InvalidInput

T = TypeVar("T")


def encode(place: Any) -> str:
    """A token for a place; any value that JSON can hold."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode(token: str, kind: type[T]) -> T:
    """The place that a token stands for. Raises InvalidInput for one that was not given here."""
    try:
        return msgspec.json.decode(
            base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True), type=kind
        )
    except (ValueError, msgspec.MsgspecError):
        raise InvalidInput(f"{token[:60]!r} is no page token of this list: begin at the first page") from None


def size(asked: int | None, *, default: int, most: int) -> int:
    """The length of a page: what was asked for within what is served."""
    return default if asked is None or asked < 1 else min(asked, most)
