"""The page that changes one's password, and ends every other session."""

from typing import Any

from starlette.responses import Response

from brant.errors import InvalidInput, RateLimited, Unauthenticated
from brant.server.domain.accounts.sessions import Sessions
from brant.server.domain.accounts.users import Users
from brant.server.web.new_passwords import HINT, chosen_password
from brant.server.web.notices import notice
from brant.server.web.site import Page
from brant.server.web.visit import Visit


class PasswordPage:
    """`/settings/password`."""

    def __init__(self, users: Users, sessions: Sessions) -> None:
        self._users = users
        self._sessions = sessions

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page("/settings/password", self._show, self._change),)

    def _show(self, visit: Visit) -> Response:
        return visit.page("password.html", password_hint=HINT, notice_words=notice(visit))

    def _change(self, visit: Visit) -> Response:
        values: dict[str, Any] = {"password_hint": HINT, "notice_words": notice(visit)}
        try:
            chosen = chosen_password(visit.form)
        except InvalidInput as error:
            return visit.again("password.html", error, "password", **values)
        current = visit.form.verbatim("current")
        try:
            self._users.sign_in(visit.who.name, current, visit.address, visit.now)
        except Unauthenticated:
            wrong = InvalidInput("that is not your password now: type it again")
            return visit.again("password.html", wrong, "current", **values)
        except RateLimited as limited:
            return visit.again("password.html", limited, "current", **values)
        self._users.set_password(visit.who.id, chosen)
        visit.sign_in(visit.who, self._sessions.open(visit.who.id, visit.now))
        return visit.go("/settings/password?done=password-changed")
