"""Multipart: a form with a file is read as it was written, and what no browser sends is refused."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message
from urllib3 import encode_multipart_formdata

from brant.errors import BrantError, InvalidInput
from brant.server.web.forms import BODY_LIMIT
from brant.server.web.multipart import FileForm

Read = tuple[Mapping[str, list[str]], str, bytes]


def _run(reading: Coroutine[Any, Any, Read]) -> Read:
    """In a thread of its own: the loop of the real browser runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, reading).result()


async def _read(pieces: list[bytes], headers: Mapping[str, str]) -> Read:
    """A form that comes in these pieces: its fields, and name and bytes of its file."""
    coming = iter(pieces)

    async def receive() -> Message:
        piece = next(coming, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    form = FileForm(receive, Headers(headers))
    fields, file = await form.begin()
    receiving, content = form.receiving(file.size), b""
    while (message := await receiving())["more_body"]:
        content += message["body"]
        assert len(form._buffer) <= BODY_LIMIT + max(map(len, pieces))
    return fields.lists(), file.name, content


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters='"%'))


@given(
    fields=st.dictionaries(_WORDS, _WORDS, max_size=3),
    name=_WORDS,
    content=st.binary(max_size=200),
    step=st.integers(1, 50),
)
def test_a_form_is_read_as_it_was_written_wherever_it_is_cut(
    fields: dict[str, str], name: str, content: bytes, step: int
) -> None:
    body, kind = encode_multipart_formdata([*fields.items(), ("file", (name, content))])
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    headers = {"content-type": kind, "content-length": str(len(body))}
    read = _run(_read(pieces, headers))
    assert read == ({key: [value] for key, value in fields.items()}, name, content)


def test_a_form_that_breaks_off_is_refused_wherever_it_does() -> None:
    body, kind = encode_multipart_formdata([("csrf", "x"), ("file", ("a.csv", b"id\r\n--no\r\n1"))])
    headers = {"content-type": kind, "content-length": str(len(body))}
    for end in range(len(body)):
        with pytest.raises(InvalidInput, match="cannot be read"):
            _run(_read([body[:end]], headers))


def test_of_a_large_file_one_piece_is_in_memory() -> None:
    piece, count = bytes(65536), 40
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    pieces = [head, *[piece] * count, b"\r\n--b--\r\n"]
    headers = {
        "content-type": "multipart/form-data; boundary=b",
        "content-length": str(sum(map(len, pieces))),
    }
    assert len(_run(_read(pieces, headers))[2]) == len(piece) * count


_FIELD = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n'
_FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing",
        b"--other\r\n" + _FILE,
        _FIELD + b"y\r\n--b--\r\n",  # no file
        _FIELD + b"\xff\r\n" + _FILE + b"\r\n--b--\r\n",  # no UTF-8
        _FIELD + b"a\x00b\r\n" + _FILE + b"\r\n--b--\r\n",  # a control character
        _FILE + b"1\r\n" + _FIELD + b"y\r\n--b--\r\n--",  # something behind the file
        (_FIELD + b"y\r\n") * 300 + _FILE + b"\r\n--b--\r\n",
        _FIELD + b"y" * 200_000 + b"\r\n" + _FILE + b"\r\n--b--\r\n",
        b"-" * 1_000_000,
    ],
    ids=range(10),
)
def test_what_no_browser_sends_is_refused(body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b", "content-length": str(len(body))}
    with pytest.raises(BrantError) as refused:
        _run(_read([body], headers))
    assert refused.value.code in (400, 413)


def test_a_form_without_length_or_boundary_is_refused() -> None:
    with pytest.raises(HTTPException, match="411"):
        _run(_read([], {"content-type": "multipart/form-data; boundary=b"}))
    with pytest.raises(InvalidInput):
        _run(_read([], {"content-type": "multipart/form-data", "content-length": "1"}))
