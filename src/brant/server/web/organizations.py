"""The pages of organizations: their members, and what their web applications need."""

from collections.abc import Callable, Collection
from typing import Any, Final

from starlette.responses import Response

from brant.errors import BrantError, Conflict, InvalidInput, NotFound, PermissionDenied
from brant.server.domain.accounts.organizations import Organization, Organizations
from brant.server.web.actions import chosen_action
from brant.server.web.notices import notice
from brant.server.web.site import Page
from brant.server.web.visit import Visit

PATH: Final = "/organizations"


class OrganizationPages:
    """`/organizations` and `/organizations/{slug}`; `issuer` is what clients know the server by."""

    def __init__(self, organizations: Organizations, reserved: Collection[str], issuer: str) -> None:
        self._organizations = organizations
        self._reserved = reserved
        self._issuer = issuer
        self._actions: dict[str, Callable[[Visit], Response]] = {
            "add": self._add,
            "role": self._change_role,
            "remove": self._remove,
            "redirects": self._save_redirects,
        }

    def pages(self) -> tuple[Page, ...]:
        """Its addresses."""
        return (
            Page(PATH, self._show_all, self._create),
            Page(PATH + "/{slug}", self._show, self._change),
        )

    def _show_all(self, visit: Visit) -> Response:
        return visit.page("organizations.html", **self._mine(visit))

    def _mine(self, visit: Visit) -> dict[str, Any]:
        mine = self._organizations.of(visit.who.id)
        return {"organizations": mine, "notice_words": notice(visit)}

    def _create(self, visit: Visit) -> Response:
        slug, name = visit.form["slug"], visit.form["name"]
        try:
            made = self._organizations.create(slug, name, visit.who.id, visit.now, self._reserved)
        except (InvalidInput, Conflict) as error:
            return visit.again("organizations.html", error, "slug", **self._mine(visit))
        return visit.go(f"{PATH}/{made.slug}?done=created")

    def _show(self, visit: Visit) -> Response:
        found = self._seen(visit)
        return visit.page("organization.html", **self._details(visit, found))

    def _seen(self, visit: Visit) -> Organization:
        """The organization of the address. Raises NotFound also for who may not know of it."""
        slug = visit.params["slug"]
        mine = {organization.slug: organization for organization in self._organizations.of(visit.who.id)}
        if slug in mine:
            return mine[slug]
        if visit.who.is_admin:
            return self._organizations.find(slug)
        raise NotFound("there is no such organization, or you do not belong to it")

    def _details(self, visit: Visit, found: Organization) -> dict[str, Any]:
        return {
            "organization": found,
            "members": self._organizations.members(found.slug),
            "redirects": "\n".join(self._organizations.redirect_uris(found.slug)),
            "may_change": self._may_change(visit, found),
            "issuer": self._issuer,
            "notice_words": notice(visit),
        }

    def _may_change(self, visit: Visit, found: Organization) -> bool:
        return visit.who.is_admin or self._organizations.is_owner(found.slug, visit.who.id)

    def _change(self, visit: Visit) -> Response:
        action, found = chosen_action(self._actions, visit), self._seen(visit)
        if not self._may_change(visit, found):
            raise PermissionDenied("only its owners may change an organization: ask one of them")
        return action(visit)

    def _add(self, visit: Visit) -> Response:
        try:
            self._organizations.add_member(_slug(visit), visit.form["member"], visit.form["role"])
        except (InvalidInput, NotFound, Conflict) as error:
            return self._again(visit, error, "member")
        return visit.go(f"{PATH}/{_slug(visit)}?done=member-added")

    def _change_role(self, visit: Visit) -> Response:
        self._organizations.add_member(_slug(visit), visit.form["member"], visit.form["role"])
        return visit.go(f"{PATH}/{_slug(visit)}?done=role-changed")

    def _remove(self, visit: Visit) -> Response:
        self._organizations.remove_member(_slug(visit), visit.form["member"])
        left = visit.form["member"] == visit.who.name
        return visit.go(f"{PATH if left else f'{PATH}/{_slug(visit)}'}?done=member-removed")

    def _save_redirects(self, visit: Visit) -> Response:
        typed = visit.form["redirects"]
        try:
            self._organizations.set_redirect_uris(_slug(visit), typed.split())
        except InvalidInput as error:
            return self._again(visit, error, "redirects", redirects=typed)
        return visit.go(f"{PATH}/{_slug(visit)}?done=redirects-saved")

    def _again(self, visit: Visit, error: BrantError, field: str, **values: Any) -> Response:
        details = self._details(visit, self._seen(visit))
        return visit.again("organization.html", error, field, **(details | values))


def _slug(visit: Visit) -> str:
    return visit.params["slug"]
