"""Consent: what an application asks for, and whether its user allows it (RFC 6749 §4.1.1, RFC 9700 §4.11)."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.responses import Response

from brant.errors import InvalidInput
from brant.server.oauth.authorization import Asked, Authorization, Redirected, Refused
from brant.server.oauth.clients import BUILT_IN, PASTE_PATH
from brant.server.web.error_pages import CONSENT_PATH
from brant.server.web.headers import redirect_sources
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
# RFC 6749 §4.1.2.1 in words for who came to the page of the code instead of a terminal.
_REFUSALS: Final = {
    "access_denied": "You did not allow it. Nothing was shared; the terminal can be told to stop by Ctrl-C.",
}
# Whatever else an address says, nobody is told to paste it into a terminal.
_CODE: Final = re.compile(r"[A-Za-z0-9_\-]{1,200}")
_OTHER_REFUSAL: Final = "The application asked for something that this server does not do: begin again."


class Consent:
    """The authorization endpoint, and the page of the code that it may lead to."""

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def pages(self) -> tuple[Page, ...]:
        """Its addresses."""
        return (
            Page(CONSENT_PATH, self._ask, self._decide, Who.ANYONE),
            Page(PASTE_PATH, self._show_code, who=Who.ANYONE),
        )

    def _ask(self, visit: Visit) -> Response:
        asked = self._asked(visit)
        if isinstance(asked, Response):
            return asked
        redirect = urlsplit(asked.redirect_uri)
        return visit.page(
            "consent.html",
            form_targets=redirect_sources(asked.redirect_uri),
            asked=asked,
            is_built_in=asked.client_id == BUILT_IN,
            scopes=sorted(asked.scopes),
            is_local=redirect.hostname in _LOOPBACK,
            host=redirect.netloc,
        )

    def _asked(self, visit: Visit) -> Asked | Response:
        """What is asked for; or the answer to who may not ask that, or has to sign in first.

        Who is not signed in is sent nowhere else: otherwise anyone who registers a client could use this
        server's address to send people on to theirs (RFC 9700 §4.11.2).
        """
        try:
            asked = self._authorization.begin(visit.query.lists(), visit.now)
        except Refused as error:
            return visit.page("refused.html", 400, message=error.message)
        except Redirected as error:
            return visit.go_to_sign_in() if visit.user is None else visit.go(error.url)
        return visit.go_to_sign_in() if visit.user is None else asked

    def _decide(self, visit: Visit) -> Response:
        asked = self._asked(visit)
        if isinstance(asked, Response):
            return asked
        decisions = {"allow": self._allow, "deny": self._deny}
        decision = decisions.get(visit.form["decision"])
        if decision is None:
            raise InvalidInput("choose whether to allow it: load the page again")
        return visit.go(decision(visit, asked))

    def _allow(self, visit: Visit, asked: Asked) -> str:
        return self._authorization.allow(asked, visit.who.id, visit.now)

    def _deny(self, _: Visit, asked: Asked) -> str:
        return self._authorization.deny(asked)

    def _show_code(self, visit: Visit) -> Response:
        code, error = visit.query["code"], visit.query["error"]
        code = code if _CODE.fullmatch(code) else ""
        values: dict[str, Any] = {"code": code, "words": "", "heading": "Your code"}
        if not code:
            refusal = _REFUSALS.get(error, _OTHER_REFUSAL) if error else "There is no code in this address."
            values |= {"heading": "No access" if error else "No code", "words": refusal}
        return visit.page("code.html", 200 if code else 400, secret_address=True, **values)
