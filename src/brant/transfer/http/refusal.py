"""Turns an answer that is not the one hoped for into one clear error."""

import json
from time import time

from brant.errors import BrantError, ServerFailure, Unreachable, from_status
from brant.redact import redact
from brant.transfer.http.quota import asked_wait, quota_of
from brant.transfer.http.response import Response


def refusal(response: Response, doing: str) -> BrantError:
    """The error for a refused request; `doing` names it, as in "downloading penguins.csv". Reads the body."""
    says = _said(response)
    text = f"{response.address.peer} answered {response.status} {response.reason}".rstrip() + f" when {doing}"
    text += f": {says}" if says else "."
    now = time()
    wait = asked_wait(response.headers, response.status, now)
    return from_status(response.status, text, wait, quota_of(response.headers, now))


def _said(response: Response) -> str:
    """The message of a JSON error body, or a short plain text; nothing of a page of HTML or XML."""
    try:
        body = response.read(64 * 1024)
    except (Unreachable, ServerFailure):
        return ""
    try:
        told = json.loads(body)
        text = str(told.get("message") or told.get("error") or "") if isinstance(told, dict) else ""
    except ValueError:
        plain = response.headers.get("content-type", "").startswith("text/plain")
        text = body.decode("utf-8", "replace") if plain else ""
    return redact(" ".join(text.split()))[:300]
