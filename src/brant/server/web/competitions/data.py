"""The page of a competition's data: its files, and how they are fetched."""

from typing import Any, Final

from starlette.responses import Response

from brant.contract.competition_messages import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiListDataFilesRequest,
)
from brant.errors import PermissionDenied
from brant.server.web.competitions.desk import PATH, Desk, slug
from brant.server.web.competitions.overview import OF_DATA, texts_called
from brant.server.web.site import Page, Who
from brant.server.web.visit import Visit

_A_PAGE: Final = 50


class DataPage:
    """`/competitions/{slug}/data`; `?file=` leads to the bytes of a file, `?all=` to those of all."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH + "/{slug}/data", self._show, who=Who.ANYONE),)

    def _show(self, visit: Visit) -> Response:
        if visit.query["file"] or visit.query["all"]:
            return self._download(visit) if visit.user is not None else visit.go_to_sign_in()
        return self._desk.page(visit, "data.html", **self._listed(visit))

    def _listed(self, visit: Visit) -> dict[str, Any]:
        request = ApiListDataFilesRequest(
            competition_name=slug(visit), page_size=_A_PAGE, page_token=visit.query["page_token"]
        )
        answer = self._desk.services.data.list_files(self._desk.context(visit), request)
        return {
            "files": answer.files,
            "next_token": answer.next_page_token or "",
            "is_later_page": bool(visit.query["page_token"]),
            "texts": texts_called(self._desk, visit, OF_DATA.__eq__),
            "must_accept": self._desk.services.roles.must_accept(self._desk.context(visit), slug(visit)),
        }

    def _download(self, visit: Visit) -> Response:
        context, data = self._desk.context(visit), self._desk.services.data
        try:
            if visit.query["file"]:
                one = ApiDownloadDataFileRequest(competition_name=slug(visit), file_name=visit.query["file"])
                return visit.go(data.download_file(context, one).url)
            everything = ApiDownloadDataFilesRequest(competition_name=slug(visit))
            return visit.go(data.download_all(context, everything).url)
        except PermissionDenied as error:
            return self._desk.again(visit, "data.html", error, "files", **self._listed(visit))
