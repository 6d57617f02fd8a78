"""Signing in and out, and choosing a password of one's own after a first one."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from brant.errors import InvalidInput, RateLimited, Unauthenticated
from brant.server.domain.accounts.sessions import Sessions
from brant.server.domain.accounts.user import User
from brant.server.domain.accounts.users import Users
from brant.server.web.error_pages import CONSENT_PATH
from brant.server.web.first_passwords import is_first_password
from brant.server.web.new_passwords import HINT, chosen_password
from brant.server.web.notices import notice
from brant.server.web.returning import safe_path
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit


class SigningIn:
    """`/signin`, `/signout` and `/welcome`."""

    def __init__(self, users: Users, sessions: Sessions) -> None:
        self._users = users
        self._sessions = sessions

    def pages(self) -> tuple[Page, ...]:
        """Its addresses."""
        return (
            Page("/signin", self._show, self._sign_in, Who.ANYONE),
            Page("/signout", lambda visit: visit.go("/"), self._sign_out, Who.ANYONE),
            Page("/welcome", self._show_welcome, self._choose, Who.ANYONE),
        )

    def _show(self, visit: Visit) -> Response:
        came_from = safe_path(visit.query["next"])
        if visit.user is not None:
            return visit.go(came_from)
        return visit.page("signin.html", **self._around(visit, came_from))

    def _around(self, visit: Visit, came_from: str) -> dict[str, Any]:
        return {
            "next": came_from,
            "is_consent": came_from.startswith(CONSENT_PATH),
            "is_new": not self._users.has_admin_with_password(),
            "notice_words": notice(visit),
        }

    def _sign_in(self, visit: Visit) -> Response:
        came_from, password = safe_path(visit.form["next"]), visit.form.verbatim("password")
        try:
            user = self._users.sign_in(visit.form["name"], password, visit.address, visit.now)
        except (Unauthenticated, RateLimited) as error:
            return visit.again("signin.html", error, "password", **self._around(visit, came_from))
        if is_first_password(password):
            return visit.go("/welcome?" + urlencode({"name": user.name, "next": came_from}))
        self._open(visit, user)
        return visit.go(came_from)

    def _open(self, visit: Visit, user: User) -> None:
        """A new session with a new cookie, whatever the browser held before (RFC 6265bis §8.5.1)."""
        if visit.session:
            self._sessions.close(visit.session)
        visit.sign_in(user, self._sessions.open(user.id, visit.now))

    def _sign_out(self, visit: Visit) -> Response:
        came_from = safe_path(visit.form["next"])
        if visit.user is not None and visit.form["everywhere"]:
            self._sessions.close_all(visit.user.id)
        if visit.session:
            self._sessions.close(visit.session)
        visit.sign_out()
        return visit.go("/signin?" + urlencode({"done": "signed-out", "next": came_from}))

    def _show_welcome(self, visit: Visit) -> Response:
        return visit.page("welcome.html", password_hint=HINT, next=safe_path(visit.query["next"]))

    def _choose(self, visit: Visit) -> Response:
        came_from, first = safe_path(visit.form["next"]), visit.form.verbatim("current")
        values: dict[str, Any] = {"password_hint": HINT, "next": came_from}
        try:
            chosen = chosen_password(visit.form)
        except InvalidInput as error:
            return visit.again("welcome.html", error, "password", **values)
        try:
            user = self._users.sign_in(visit.form["name"], first, visit.address, visit.now)
        except (Unauthenticated, RateLimited) as error:
            return visit.again("welcome.html", error, "current", **values)
        self._users.set_password(user.id, chosen)
        self._open(visit, user)
        return visit.go(came_from)
