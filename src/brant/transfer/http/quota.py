"""What an answer says of limits and waiting: `Retry-After`, and the `RateLimit` fields in their dialects."""

import re
from collections.abc import Mapping
from typing import Final

from brant.errors import Quota
from brant.transfer.http.retry import LONGEST_WAIT, retry_after

_NUMBER: Final = re.compile(r"\s*(\d{1,18})\b")
_WINDOW: Final = re.compile(r";\s*w=(\d{1,9})\b")
# Some servers name the moment instead of the time until then; nobody means a wait of 30 years.
_EPOCH: Final = 1e9


def asked_wait(headers: Mapping[str, str], status: int, now: float) -> float | None:
    """Seconds that an answer asks to wait: its Retry-After, or, of a 429 without one, when its limit resets.

    `now` is the time as `time.time()` gives it.
    """
    named = retry_after(headers.get("retry-after"), now)
    if named is not None or status != 429:
        return named
    quota = quota_of(headers, now)
    return quota and quota.resets


def quota_of(headers: Mapping[str, str], now: float) -> Quota | None:
    """The limit that an answer tells (draft-ietf-httpapi-ratelimit-headers, or the X- names); None without.

    The reset is read as seconds, and as a moment where it can only be one.
    """
    limit, remaining, resets = (_number(headers, name) for name in ("limit", "remaining", "reset"))
    if limit is None and resets is None:
        return None
    if resets is not None and resets > _EPOCH:
        resets = max(0.0, resets - now)
    policy = f"{headers.get('ratelimit-policy', '')} {headers.get('ratelimit-limit', '')}"
    window = _WINDOW.search(policy)
    return Quota(
        int(limit or 0),
        None if remaining is None else int(remaining),
        float(window[1]) if window else None,
        None if resets is None else min(resets, LONGEST_WAIT),
    )


def _number(headers: Mapping[str, str], name: str) -> float | None:
    found = _NUMBER.match(headers.get(f"ratelimit-{name}") or headers.get(f"x-ratelimit-{name}") or "")
    return float(found[1]) if found else None
