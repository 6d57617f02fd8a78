"""What a fault does to a request on its way up, and to an answer on its way down."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tests.faults.heads import Head
from tests.faults.schedule import Fault

MARKER: Final = b"THIS-IS-AN-ERROR-PAGE"
"""Stands in every error body: no data file may ever hold it."""
_BOUNDED: Final = re.compile(r"bytes=(\d+)-(\d+)")
_OPEN: Final = re.compile(r"bytes=(\d+)-")
_SIZE: Final = re.compile(r"/(\d+)")
CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(slots=True)
class Answer:
    """Head and body; `length` is None for a chunked one. `ends`: the connection closes behind it."""

    head: Head
    length: int | None
    body: Iterator[bytes]
    ends: bool = False


def error_body(fault: Fault, head: Head) -> bytes:
    """An error page: of any length, or of just the length that was asked for."""
    asked = _BOUNDED.fullmatch(head.get("range") or "")
    length = fault.pick % 20_000
    if asked and fault.pick % 3 == 0:
        length = int(asked[2]) - int(asked[1]) + 1
    return (MARKER * (length // len(MARKER) + 1))[: max(length, len(MARKER))]


def refused(fault: Fault, body: bytes) -> bytes:
    """A whole answer with the status of the fault."""
    fields = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
    if fault.status in (429, 503):
        fields.append(("Retry-After", str(fault.pick % 3)))
    if fault.status == 416:
        fields.append(("Content-Range", f"bytes */{fault.pick % 1000}"))
    return Head(f"HTTP/1.1 {fault.status} Fault", fields).raw() + body


def lying_308(fault: Fault, head: Head) -> bytes:
    """An answer to an upload that claims bytes that nobody has taken, none, or more than there are."""
    found = _SIZE.search(head.get("content-range") or "")
    size = int(found[1]) if found else head.length
    fields = [("Content-Length", "0")]
    claims = (None, 0, fault.pick % max(size, 1), size - 1, size + fault.pick % 1000)
    claim = claims[fault.pick % len(claims)]
    if claim is not None:
        fields.append(("Range", f"bytes=0-{claim}"))
    return Head("HTTP/1.1 308 Fault", fields).raw()


def twist_request(fault: Fault, head: Head) -> None:
    """Ask the origin for something else than the client did."""
    asked = head.get("range") or ""
    if fault.kind == "whole for a range":
        head.set("Range", None)
    elif fault.kind in ("other range", "lying range") and (found := _OPEN.match(asked)):
        start = int(found[1])
        shift = 1 + fault.pick % 5000
        other = start - shift if start >= shift and fault.pick & 1 else start + shift
        bounded = _BOUNDED.fullmatch(asked)
        stop = str(int(bounded[2]) - start + other) if bounded else ""
        head.set("Range", f"bytes={other}-{stop}")


def twist_answer(fault: Fault, answer: Answer, asked: str) -> Answer:
    """The answer as the fault makes it; one that the fault does not fit stays as it is.

    `asked` is the Range that the client sent.
    """
    if fault.kind == "lying range":
        return _lying_range(answer, asked)
    twist = _TWISTS.get(fault.kind)
    return twist(fault, answer) if twist and answer.length else answer


def _range_as_200(fault: Fault, answer: Answer) -> Answer:
    """Only the range, told as if it were the whole."""
    if answer.head.status == 206:
        answer.head.line = "HTTP/1.1 200 OK"
        answer.head.set("Content-Range", None)
    return answer


def _sign_in(fault: Fault, answer: Answer) -> Answer:
    """A page in place of what was asked for, with the status of success; sometimes of the very length."""
    if answer.head.status not in (200, 206) or answer.head.get("content-type") == "application/json":
        return answer
    _drain(answer)
    length = answer.length if fault.pick & 1 else 1 + fault.pick % 5000
    assert length is not None
    page = (MARKER * (length // len(MARKER) + 1))[:length]
    fields = [("Content-Type", "text/html"), ("Content-Length", str(length))]
    return Answer(Head("HTTP/1.1 200 OK", fields), length, iter((page,)))


def _short_range(fault: Fault, answer: Answer) -> Answer:
    """A range that says itself that it ends earlier, as a server may (RFC 9110 §15.3.7)."""
    found = CONTENT_RANGE.fullmatch(answer.head.get("content-range") or "")
    assert answer.length is not None
    keep = 1 + int(fault.where * (answer.length - 1))
    if found is None or keep == answer.length:
        return answer
    start = int(found[1])
    answer.head.set("Content-Range", f"bytes {start}-{start + keep - 1}/{found[3]}")
    answer.head.set("Content-Length", str(keep))
    return Answer(answer.head, keep, _first(answer.body, keep), ends=True)


def _lying_range(answer: Answer, asked: str) -> Answer:
    """Bytes of another place under the name of those asked for, as far as such a claim can be true."""
    found = CONTENT_RANGE.fullmatch(answer.head.get("content-range") or "")
    start = _OPEN.match(asked)
    if found is None or start is None or answer.length is None:
        return answer
    stop = int(start[1]) + answer.length
    if stop <= int(found[3]):
        answer.head.set("Content-Range", f"bytes {start[1]}-{stop - 1}/{found[3]}")
    return answer


def _flip(fault: Fault, answer: Answer) -> Answer:
    assert answer.length is not None
    at = min(int(fault.where * answer.length), answer.length - 1)
    return replace(answer, body=_changed(answer.body, at, 1 << fault.pick % 8))


def _zeros(fault: Fault, answer: Answer) -> Answer:
    assert answer.length is not None
    return replace(answer, body=_zeroed(answer.body, int(fault.where * (answer.length - 1))))


_TWISTS: Final = {
    "range as 200": _range_as_200,
    "sign-in page": _sign_in,
    "short range": _short_range,
    "flipped bit": _flip,
    "zeros": _zeros,
}


def _drain(answer: Answer) -> None:
    for _ in answer.body:
        pass


def _first(body: Iterator[bytes], count: int) -> Iterator[bytes]:
    for piece in body:
        if count <= 0:
            return
        yield piece[:count]
        count -= len(piece)


def _changed(body: Iterator[bytes], at: int, bits: int) -> Iterator[bytes]:
    for piece in body:
        yield flipped(piece, at, bits)
        at -= len(piece)


def flipped(piece: bytes, at: int, bits: int = 1) -> bytes:
    """The piece with a change at `at`, if that lies in it."""
    if not 0 <= at < len(piece):
        return piece
    return piece[:at] + bytes((piece[at] ^ bits,)) + piece[at + 1 :]


def _zeroed(body: Iterator[bytes], at: int) -> Iterator[bytes]:
    for piece in body:
        keep = max(0, min(at, len(piece)))
        yield piece[:keep] + bytes(len(piece) - keep)
        at -= len(piece)
