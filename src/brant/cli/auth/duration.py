"""How long a token lives, as it is written on the command line."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Final

_UNITS: Final = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_PARTS: Final = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")
_CLOCK: Final = re.compile(r"(\d{1,6}):([0-5]\d)")


def duration(text: str) -> timedelta:
    """The type of an argument such as `30m`, `2h30m`, `2:30` (hours and minutes) or `3600` (seconds)."""
    word = text.strip().lower()
    clock, parts = _CLOCK.fullmatch(word), _PARTS.fullmatch(word)
    seconds = 0
    if clock:
        seconds = int(clock[1]) * 3600 + int(clock[2]) * 60
    elif word.isascii() and word.isdigit():
        seconds = int(word[:12])
    elif parts:
        seconds = sum(
            int(part or 0) * unit for part, unit in zip(parts.groups(), _UNITS.values(), strict=True)
        )
    if not 0 < seconds <= 366 * 86_400:
        raise ArgumentTypeError(
            f"{text[:40]!r} is no length of time: write it as 30m, 3h, 2h30m or in seconds"
        )
    return timedelta(seconds=seconds)


def spelled(length: timedelta) -> str:
    """The same in words that `duration` reads: `2h30m`."""
    left, words = int(length.total_seconds()), ""
    for unit, seconds in _UNITS.items():
        count, left = divmod(left, seconds)
        words += f"{count}{unit}" if count else ""
    return words or "0s"
