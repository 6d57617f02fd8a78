"""The words for a caller who has waited enough."""

from brant.errors import BrantError, RateLimited
from brant.transfer.http.waiting import span


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
