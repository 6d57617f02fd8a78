"""Set-up: the page on which the first administrator is made, with the code from the data folder."""

from collections.abc import Collection

from starlette.responses import Response

from brant.errors import BrantError, Conflict, InvalidInput, RateLimited, Unauthenticated
from brant.server.domain.accounts.sessions import Sessions
from brant.server.domain.accounts.setup import Setup
from brant.server.web.new_passwords import HINT, chosen_password
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit


class SetupPage:
    """`/setup`, as long as no administrator can sign in."""

    def __init__(self, setup: Setup, sessions: Sessions, reserved: Collection[str]) -> None:
        self._setup = setup
        self._sessions = sessions
        self._reserved = reserved

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page("/setup", self._show, self._make, Who.ANYONE),)

    def _show(self, visit: Visit) -> Response:
        if not self._setup.needed():
            return visit.go("/signin")
        return visit.page("setup.html", password_hint=HINT)

    def _make(self, visit: Visit) -> Response:
        if not self._setup.needed():
            return visit.go("/signin")
        try:
            password = chosen_password(visit.form)
        except InvalidInput as error:
            return _again(visit, error, "password")
        try:
            user = self._setup.finish(
                visit.form["code"],
                visit.form["name"],
                password,
                address=visit.address,
                now=visit.now,
                reserved=self._reserved,
            )
        except (Unauthenticated, RateLimited) as error:
            return _again(visit, error, "code")
        except (InvalidInput, Conflict) as error:
            return _again(visit, error, "name")
        visit.sign_in(user, self._sessions.open(user.id, visit.now))
        return visit.go("/")


def _again(visit: Visit, error: BrantError, field: str) -> Response:
    return visit.again("setup.html", error, field, password_hint=HINT)
