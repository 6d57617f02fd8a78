"""The pages where a host writes the texts of a competition."""

from typing import Any, Final

from starlette.responses import Response

from brant.contract.codec import FieldMask
from brant.contract.hosting_messages import (
    ApiCompetitionPage,
    ApiCreateCompetitionPageRequest,
    ApiDeleteCompetitionPageRequest,
    ApiUpdateCompetitionPageRequest,
)
from brant.errors import NotFound
from brant.server.web.actions import chosen_action
from brant.server.web.competitions.desk import LARGEST_TEXT, PATH, Desk, address, attempt, filled, slug
from brant.server.web.competitions.overview import texts_of
from brant.server.web.site import Page
from brant.server.web.visit import Visit

_FIELDS: Final = ("content", "is_published")


class TextPages:
    """`/competitions/{slug}/host/texts`, and one of them with `?name=`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._actions = {"add": self._add, "save": self._save, "delete": self._delete}

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        path = PATH + "/{slug}/host/texts"
        return (
            Page(
                path,
                self._show,
                lambda visit: chosen_action(self._actions, visit)(visit),
                largest=LARGEST_TEXT,
            ),
        )

    def _show(self, visit: Visit) -> Response:
        name = visit.query["name"]
        if not name:
            return self._desk.page(visit, "texts.html", texts=self._texts(visit))
        return self._desk.page(visit, "text.html", **self._one(visit, name))

    def _texts(self, visit: Visit) -> list[ApiCompetitionPage]:
        """All of them. It is for hosts: raises PermissionDenied for others."""
        self._desk.require_host(visit)
        return texts_of(self._desk, visit)

    def _one(self, visit: Visit, name: str) -> dict[str, Any]:
        found = next((text for text in self._texts(visit) if text.name == name), None)
        if found is None:
            raise NotFound(f"the competition has no page {name[:60]!r}: look at its pages")
        kept = {"content": found.content, "published": "yes" if found.is_published else ""}
        return {"text": found, "typed": filled(visit, kept)}

    def _add(self, visit: Visit) -> Response:
        def add() -> str:
            name = visit.form["name"]
            page = ApiCompetitionPage(name=name, content=visit.form["content"], is_published=True)
            request = ApiCreateCompetitionPageRequest(competition_name=slug(visit), page=page)
            self._desk.services.pages.create(self._desk.context(visit), request)
            return f"{address(visit, 'host', 'texts')}?done=saved"

        return attempt(
            visit,
            add,
            lambda error: self._desk.again(visit, "texts.html", error, "name", texts=self._texts(visit)),
        )

    def _save(self, visit: Visit) -> Response:
        name = visit.form["name"]

        def save() -> str:
            page = ApiCompetitionPage(
                name=name, content=visit.form["content"], is_published=visit.form["published"] == "yes"
            )
            request = ApiUpdateCompetitionPageRequest(
                competition_name=slug(visit), page_name=name, page=page, update_mask=FieldMask.of(*_FIELDS)
            )
            self._desk.services.pages.update(self._desk.context(visit), request)
            return f"{address(visit, 'host', 'texts')}?done=saved"

        return attempt(
            visit,
            save,
            lambda error: self._desk.again(visit, "text.html", error, "content", **self._one(visit, name)),
        )

    def _delete(self, visit: Visit) -> Response:
        request = ApiDeleteCompetitionPageRequest(competition_name=slug(visit), page_name=visit.form["name"])
        self._desk.services.pages.delete(self._desk.context(visit), request)
        return visit.go(f"{address(visit, 'host', 'texts')}?done=text-deleted")
