"""The page of a competition's data: its files, and how they are fetched."""

from typing import Final

from starlette.responses import Response

from brant.contract.competition_messages import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiListDataFilesRequest,
)
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
        request = ApiListDataFilesRequest(
            competition_name=slug(visit), page_size=_A_PAGE, page_token=visit.query["page_token"]
        )
        answer = self._desk.services.data.list_files(self._desk.context(visit), request)
        return self._desk.page(
            visit,
            "data.html",
            files=answer.files,
            next_token=answer.next_page_token or "",
            is_later_page=bool(visit.query["page_token"]),
            texts=texts_called(self._desk, visit, OF_DATA.__eq__),
        )

    def _download(self, visit: Visit) -> Response:
        context, data = self._desk.context(visit), self._desk.services.data
        if visit.query["file"]:
            one = ApiDownloadDataFileRequest(competition_name=slug(visit), file_name=visit.query["file"])
            return visit.go(data.download_file(context, one).url)
        return visit.go(
            data.download_all(context, ApiDownloadDataFilesRequest(competition_name=slug(visit))).url
        )
