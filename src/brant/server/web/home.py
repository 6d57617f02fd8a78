"""The first page: who you are here, and where you can go."""

from typing import Final

from starlette.responses import Response

from brant.server.domain.accounts.users import Users
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_DOORS: Final = (
    ("/competitions", "Competitions", "Enter one, submit, follow the leaderboard; or host one."),
    ("/settings/api", "Tokens", "Make and revoke tokens and keys; see which applications have access."),
    ("/organizations", "Organizations", "Web applications that sign people in with their account here."),
    ("/settings/password", "Password", "Change the password that you sign in with."),
)
_USERS: Final = ("/users", "Users", "Add people, and give them new passwords.")


class Home:
    """`/`."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page("/", self._show, who=Who.ANYONE),)

    def _show(self, visit: Visit) -> Response:
        if visit.user is None:
            return visit.page("home.html", is_new=not self._users.has_admin_with_password())
        return visit.page("home.html", doors=(*_DOORS, *([_USERS] if visit.user.is_admin else [])))
