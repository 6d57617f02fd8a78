"""The words for a caller whom a server asks to wait: while it waits, and when it has waited enough."""

from typing import Final

from brant.errors import BrantError, Quota, RateLimited

_PERIODS: Final = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


def waits(refused: RateLimited, seconds: float) -> str:
    """Said before the wait of `seconds`."""
    limit = _limit(refused.quota)
    if refused.retry_after is None:
        return f"the server says that there are too many calls{limit}; waiting {span(seconds)}…"
    return f"the server asks to wait {span(refused.retry_after)}{limit}; waiting…"


def gave_up(failure: BrantError, attempts: int, *, took: float, waited: float) -> str:
    """Said at the end, after `attempts` that `took` so many seconds, and `waited` some of them."""
    told = failure.message
    if not isinstance(failure, RateLimited):
        return f"gave up after {attempts} attempts in {took:.0f} s: {told}" if attempts > 1 else told
    if attempts > 1:
        told = f"gave up after {attempts} attempts and {span(waited)} of waiting: {told}"
    if failure.retry_after:
        return f"{told} (the server asks to wait {span(failure.retry_after)}: try again then)"
    return f"{told} (try again in a few minutes)" if attempts > 1 else told


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
