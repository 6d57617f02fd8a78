"""Forms: the fields that a browser sent, within bounds."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive

from brant.errors import InvalidInput
from brant.server.edge.bodies import read_body, refuse_encoding

BODY_LIMIT: Final = 64 * 1024
MOST_FIELDS: Final = 200
_KIND: Final = "application/x-www-form-urlencoded"


class Fields:
    """Names and values of a form or a query, in their order; a name may come more than once."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)

    def __getitem__(self, name: str) -> str:
        """The first value of `name` without the blanks around it; "" where there is none."""
        return next((value.strip() for key, value in self._pairs if key == name), "")

    def verbatim(self, name: str) -> str:
        """As it was typed, blanks included: for passwords."""
        return next((value for key, value in self._pairs if key == name), "")

    def every(self, name: str) -> list[str]:
        """All values of `name`."""
        return [value for key, value in self._pairs if key == name]

    def lists(self) -> Mapping[str, list[str]]:
        """All values of all names."""
        return {key: self.every(key) for key, _ in self._pairs}


async def read_form(receive: Receive, headers: Headers, limit: int) -> Fields:
    """The form in a body of at most `limit` bytes.

    Raises InvalidInput, PayloadTooLarge, HTTPException with 415.
    """
    refuse_encoding(headers)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415, f"a form is sent as {_KIND}")
    body = await read_body(receive, headers, limit)
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidInput("the form is not percent-encoded: send it from its page again") from None
    return read_fields(text)


def read_fields(text: str) -> Fields:
    """The fields in a query or in a form's body. Raises InvalidInput for what no page of ours sends."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise InvalidInput(f"expected at most {MOST_FIELDS} fields, in UTF-8") from None
    return Fields(checked(pairs))


def checked(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The same pairs of names and values. Raises InvalidInput for one with control characters."""
    for name, value in pairs:
        if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in name + value):
            raise InvalidInput(f"{name[:40]!r} holds control characters: type it again")
    return pairs
