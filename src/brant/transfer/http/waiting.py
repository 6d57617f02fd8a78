"""The words for a wait: how long it is, and that a server asks for it."""

from typing import Final

from brant.errors import Quota, RateLimited

_PERIODS: Final = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


def waits(refused: RateLimited, seconds: float) -> str:
    """Said before the wait of `seconds`."""
    limit = _limit(refused.quota)
    if refused.retry_after is None:
        return f"the server says that there are too many calls{limit}; waiting {span(seconds)}…"
    return f"the server asks to wait {span(refused.retry_after)}{limit}; waiting…"


def span(seconds: float) -> str:
    """A time in the unit that is read at a glance, never less than it is."""
    for size, unit, most in ((1, "s", 300), (60, "min", 300), (3600, "h", 72)):
        count = -(-seconds // size)
        if count <= most:
            return f"{count:.0f} {unit}"
    return f"{-(-seconds // 86400):.0f} days"


def _limit(quota: Quota | None) -> str:
    if quota is None or not quota.limit:
        return ""
    if quota.window is None:
        return f" (limit: {quota.limit} calls)"
    return f" (limit: {quota.limit} calls {_PERIODS.get(int(quota.window), f'in {span(quota.window)}')})"
