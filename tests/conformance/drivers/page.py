"""Part of a list, as clients show it."""

from typing import NamedTuple


class Page(NamedTuple):
    """Part of a list, and the token of the next part."""

    items: list[str]
    next_token: str | None = None
