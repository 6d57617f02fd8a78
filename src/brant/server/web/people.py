"""The page of users, for administrators."""

import secrets
from collections.abc import Callable, Collection
from typing import Any, Final

from starlette.responses import Response

from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.accounts.user import User
from brant.server.domain.accounts.users import Users
from brant.server.web.actions import chosen_action, number
from brant.server.web.first_passwords import new_first_password
from brant.server.web.notices import notice
from brant.server.web.once import Once
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

PATH: Final = "/users"


class People:
    """`/users`."""

    def __init__(self, users: Users, reserved: Collection[str]) -> None:
        self._users = users
        self._reserved = reserved
        self._once = Once()
        self._actions: dict[str, Callable[[Visit], Response]] = {
            "add": self._add,
            "ask-reset": self._ask_reset,
            "reset": self._reset,
            "promote": self._promote,
            "demote": self._demote,
        }

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH, self._show, lambda v: chosen_action(self._actions, v)(v), Who.ADMINISTRATOR),)

    def _show(self, visit: Visit) -> Response:
        return visit.page("users.html", **self._listed(visit))

    def _listed(self, visit: Visit) -> dict[str, Any]:
        return {"users": self._users.all(), "notice_words": notice(visit)}

    def _add(self, visit: Visit) -> Response:
        self._once.take(visit)
        password = new_first_password(secrets.token_bytes)
        is_admin = visit.form["admin"] == "yes"
        try:
            user = self._users.add(
                visit.form["name"], visit.now, is_admin=is_admin, reserved=self._reserved, password=password
            )
        except (InvalidInput, Conflict) as error:
            return visit.again("users.html", error, "name", **self._listed(visit))
        return _shown(visit, user, password, f"{user.name} is added")

    def _ask_reset(self, visit: Visit) -> Response:
        return visit.page("reset.html", user=self._chosen(visit))

    def _reset(self, visit: Visit) -> Response:
        self._once.take(visit)
        user, password = self._chosen(visit), new_first_password(secrets.token_bytes)
        self._users.set_password(user.id, password)
        return _shown(visit, user, password, f"A new password for {user.name}")

    def _promote(self, visit: Visit) -> Response:
        self._users.set_admin(self._chosen(visit).id, is_admin=True)
        return visit.go(f"{PATH}?done=promoted")

    def _demote(self, visit: Visit) -> Response:
        user = self._chosen(visit)
        if user.id == visit.who.id:
            raise Conflict("you cannot end your own administration: ask another administrator")
        self._users.set_admin(user.id, is_admin=False)
        return visit.go(f"{PATH}?done=demoted")

    def _chosen(self, visit: Visit) -> User:
        user = self._users.by_id(number(visit.form["user"]))
        if user is None:
            raise NotFound("there is no such user any more: look at the list of users")
        return user


def _shown(visit: Visit, user: User, password: str, heading: str) -> Response:
    return visit.page(
        "made_password.html",
        heading=heading,
        label="First password",
        value=password,
        rows=2,
        on=PATH,
        name=user.name,
    )
