"""Ranges: which bytes of a stored file a request asks for, by the rules of RFC 9110 §13 and §14."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

from starlette.datastructures import Headers

_SINGLE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE)


class Span(NamedTuple):
    """The bytes from `first` up to, and not with, `stop`."""

    first: int
    stop: int


class Stored(NamedTuple):
    """What conditions are held against: `etag` with its quotes, `modified` in whole seconds."""

    size: int
    etag: str
    modified: datetime


Wanted = Span | Literal["whole", "unchanged", "unsatisfiable", "changed"]


def wanted(headers: Headers, stored: Stored, *, verb: str = "GET") -> Wanted:
    """What to answer to a GET or HEAD with these headers: a part (206), the whole (200), 304, 412 or 416.

    Ranges are defined for GET alone (RFC 9110 §14.2).
    """
    if _changed(headers, stored):
        return "changed"
    if _unchanged(headers, stored):
        return "unchanged"
    asked = headers.get("range")
    if asked is None or verb != "GET" or not _still_the_same(headers.get("if-range"), stored):
        return "whole"
    return _span(asked, stored.size)


def _span(text: str, size: int) -> Wanted:
    """A set of several ranges, another unit and what cannot be read all mean the whole (RFC 9110 §14.2)."""
    found = _SINGLE.fullmatch(text.strip())
    if found is None or not (found[1] or found[2]):
        return "whole"
    if not found[1]:
        suffix = int(found[2])
        return Span(max(size - suffix, 0), size) if suffix and size else "unsatisfiable"
    first, stop = int(found[1]), int(found[2]) + 1 if found[2] else size
    if stop <= first and found[2]:
        return "whole"
    return Span(first, min(stop, size)) if first < size else "unsatisfiable"


def _changed(headers: Headers, stored: Stored) -> bool:
    """If-Match decides where it is sent, If-Unmodified-Since only without it (RFC 9110 §13.2.2)."""
    tags = headers.get("if-match")
    if tags is not None:
        return not {"*", stored.etag} & {tag.strip() for tag in tags.split(",")}
    since = _date(headers.get("if-unmodified-since"))
    return since is not None and stored.modified > since


def _unchanged(headers: Headers, stored: Stored) -> bool:
    """If-None-Match decides where it is sent, If-Modified-Since only without it (RFC 9110 §13.2.2)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        listed = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in listed or stored.etag in listed
    since = _date(headers.get("if-modified-since"))
    return since is not None and stored.modified <= since


def _still_the_same(validator: str | None, stored: Stored) -> bool:
    """If-Range holds by a strong tag or by the exact date (RFC 9110 §13.1.5); without it, always."""
    if validator is None:
        return True
    validator = validator.strip()
    if validator.startswith(('"', "W/")):
        return validator == stored.etag
    return _date(validator) == stored.modified


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
