"""Follows the pages of a list to its end."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from brant.client.session import Session
from brant.errors import ServerFailure

T = TypeVar("T")


def every(session: Session, page: Callable[[str], tuple[Iterable[T], str | None]], what: str) -> Iterator[T]:
    """All that `page` gives, called with the token of the page before: its items, and the next token.

    Raises ServerFailure if the pages of `what` go in a circle.
    """
    token, seen = "", set[str]()
    while True:
        items, following = page(token)
        yield from items
        token = following or ""
        if not token:
            return
        if token in seen:
            raise ServerFailure(f"{session.endpoint} lists {what} in a circle: try again later")
        seen.add(token)
