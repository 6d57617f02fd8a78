"""Lets the tests drive a client in Python, as tests/node/lines.mjs does for one in JavaScript."""

import json
import sys
from typing import Any, Protocol


class Refused(Exception):
    """The error that the library raised, by the code and words of the server where it has them."""

    def __init__(self, code: str | None, says: str) -> None:
        super().__init__(says)
        self.code = code


class Answer(Protocol):
    """What an answer of `requests` has that may be told."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...


def about(token: dict[str, Any]) -> dict[str, Any]:
    """What may be told of a token: its kinds and its terms, never itself."""
    refresh = token.get("refresh_token")
    scope = token.get("scope")
    return {
        "access": token["access_token"][:5],
        "refresh": refresh and refresh[:5],
        "scope": " ".join(scope) if isinstance(scope, list) else scope,
        "lifetime": token.get("expires_in"),
    }


def answer(got: Answer) -> dict[str, Any]:
    """What may be told of an answer of the API."""
    return {"status": got.status_code, "body": got.text}


def serve(client: object) -> None:
    """Takes the steps that standard input asks for, one a line, and answers each with a line."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = getattr(client, asked.pop("do"))(**asked) or {}
        except Refused as refusal:
            said = {"refused": {"code": refusal.code, "says": str(refusal)}}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
