"""Reads the answer of one call: the message it carries, or one clear error (behaviour.md §5)."""

import re
from time import time
from typing import Any, Final, TypeVar
from urllib.parse import urljoin

import msgspec

from brant.client.credentials import Anonymous, Credentials, OAuthLogin
from brant.client.endpoints import Endpoint
from brant.contract.codec import Message, decode
from brant.contract.method import FileDownload, HttpRedirect, Method
from brant.errors import BrantError, InsufficientScope, InvalidInput, ServerFailure, from_status
from brant.redact import redact
from brant.transfer.http.pool import Response

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_LONGEST_MESSAGE: Final = 600
# RFC 6750 §3; of its characters those that a scope of ours has, so that it can be shown and typed again.
_SCOPE: Final = r'\bscope="([A-Za-z0-9_.:/* -]{1,400})"'


class _Refusal(msgspec.Struct):
    """The error body, which may come with HTTP 200 too. Official servers send `code` as a number."""

    code: int = 0
    message: str = ""


class Reader:
    """Knows whom a call went to and as whom, so that errors can say what to do."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials) -> None:
        self._endpoint = endpoint
        self._credentials = credentials

    def read(self, method: Method[Req, Resp], response: Response) -> Resp:
        """The message in `response`. Raises what the answer's status, or the code in its body, stands for."""
        kind = method.response
        if kind is None:
            raise NotImplementedError(f"{method} is not declared")
        if response.status in _REDIRECTS:
            return self._redirect(kind, method, response)
        body = self._credentials.hide(response.read())
        refusal = _refusal(body)
        if response.status >= 400 or refusal.code >= 400:
            raise self._error(method, response, refusal, body)
        if _is_page(response, body):
            raise ServerFailure(
                f"{self._endpoint} answered {method.name} with a web page: it is no Kaggle API, check the "
                "endpoint"
            )
        if not body.strip() and method.verb == "GET":
            raise ServerFailure(f"{self._endpoint} answered {method.name} with nothing: try again later")
        try:
            return decode(body, kind)
        except InvalidInput as error:
            said = one_line(error.message)
            raise ServerFailure(f"{self._endpoint} answered {method.name} unreadably: {said}") from None

    def check(self, method: Method[Req, Resp], response: Response) -> None:
        """Returns where the body is the file that was asked for. Raises what the answer stands for if not."""
        if response.status in _REDIRECTS:
            self._redirect(FileDownload, method, response)
        if response.status >= 400:
            body = self._credentials.hide(response.read())
            raise self._error(method, response, _refusal(body), body)

    def _redirect(self, kind: type[Resp], method: Method[Any, Any], response: Response) -> Resp:
        location = response.headers.get("location", "")
        target = urljoin(response.url, location) if location else ""
        if issubclass(kind, HttpRedirect) and target:
            return kind(url=target, permanent=response.status in (301, 308))
        raise ServerFailure(
            f"{self._endpoint} redirects {method.name} to {redact(target)[:200] or 'nowhere'}: "
            "set the endpoint to the address that serves the API itself"
        )

    def _error(
        self, method: Method[Req, Resp], response: Response, refusal: _Refusal, body: bytes
    ) -> BrantError:
        code = refusal.code if refusal.code >= 400 else response.status
        said = one_line(refusal.message) or _plain(response, body)
        if code == 401:
            text = self._unauthenticated(said)
        elif code == 403:
            lacking = lacking_scope(response.headers.get("www-authenticate", ""))
            as_whom = f"(as {self._credentials.source}{self._name()})"
            if lacking is not None:
                # The server's own words lead to its pages; these lead to the credentials that were used.
                text = f"this token lacks {lacking}, which {method.name} needs {as_whom}"
                return InsufficientScope(f"{text}: {self._mend(lacking)}", lacking)
            text = f"{said or 'the server refused this'} {as_whom}"
        elif code == 404 and not said:
            text = f"{self._endpoint} knows no such {method.name}: check handle and endpoint"
        else:
            reason = f" {response.reason}" if response.reason and code == response.status else ""
            text = said or f"{self._endpoint} answered {method.name} with {code}{reason}: try again later"
        # Most calls are answered, and need none of it.
        from brant.transfer.http.quota import asked_wait, quota_of

        now = time()
        return from_status(
            code, text, asked_wait(response.headers, code, now), quota_of(response.headers, now)
        )

    def _unauthenticated(self, said: str) -> str:
        where = f"get a token at {self._endpoint}/settings/api"
        if isinstance(self._credentials, Anonymous):
            passed_over = "".join(f" ({warning})" for warning in self._credentials.warnings)
            return (
                f"{self._endpoint} asks who you are: log in with 'brant auth login', or {where} and set "
                f"KAGGLE_API_TOKEN to it{passed_over}"
            )
        if isinstance(self._credentials, OAuthLogin):
            return f"{self._refused(said)}: log in again with 'brant auth login'"
        return f"{self._refused(said)}: {where} and put it there"

    def _refused(self, said: str) -> str:
        """Which secret was not taken, and what the server said of it."""
        words = f" ({said})" if said else ""
        return f"{self._endpoint} refused the {self._credentials.kind} from {self._credentials.source}{words}"

    def _mend(self, scope: str) -> str:
        """How to come by a token with `scope` in the place of this one."""
        if isinstance(self._credentials, OAuthLogin):
            return f"log in again by 'brant auth login --force', with {scope} among its scopes"
        return f"put a token with the scope {scope} there"

    def _name(self) -> str:
        return f", user {self._credentials.username}" if self._credentials.username else ""


def lacking_scope(challenge: str) -> str | None:
    """The scope that `WWW-Authenticate` says the token lacks (RFC 6750 §3.1); None where it says none."""
    if 'error="insufficient_scope"' not in challenge:
        return None
    named = re.search(_SCOPE, challenge)
    return None if named is None else named[1]


def _refusal(body: bytes) -> _Refusal:
    try:
        return msgspec.json.decode(body, type=_Refusal, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Refusal()


def _is_page(response: Response, body: bytes) -> bool:
    return "html" in response.headers.get("content-type", "").lower() or body.lstrip()[:1] == b"<"


def _plain(response: Response, body: bytes) -> str:
    """The first words of a plain-text body; nothing of a page of HTML."""
    if _is_page(response, body) or not response.headers.get("content-type", "").startswith("text/plain"):
        return ""
    return one_line(body[:2000].decode("utf-8", "replace"))


def one_line(text: str) -> str:
    """A server's words, made safe to print: one line, no control characters, no secrets, not endless."""
    words = redact(" ".join("".join(letter if letter.isprintable() else " " for letter in text).split()))
    return words if len(words) <= _LONGEST_MESSAGE else words[:_LONGEST_MESSAGE] + "…"
