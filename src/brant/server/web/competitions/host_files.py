"""The page where a host sends files: data, solution, sample submission, and a metric of their own."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from brant.contract.blobs import ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.codec import FieldMask
from brant.contract.competition_extensions import CompetitionSetup, UpdateCompetitionSetupRequest
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
)
from brant.errors import BrantError, InvalidInput
from brant.server.domain.blobs.uploads import Uploads, base_name
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, slug
from brant.server.web.competitions.scoring import CUSTOM
from brant.server.web.multipart import File
from brant.server.web.site import FileTaker, Page
from brant.server.web.visit import Visit


class _Kind(NamedTuple):
    """What a file can be: in words, as an upload, what is done with it, and where that is seen."""

    words: str
    upload: ApiBlobType
    take: Callable[[Visit], Any]
    seen: tuple[str, ...]


class HostFiles:
    """`/competitions/{slug}/host/files`."""

    def __init__(self, desk: Desk, uploads: Uploads) -> None:
        self._desk = desk
        self._uploads = uploads
        self._kinds: Final = {
            "data": _Kind(
                "All data, in place of those that are there: one file, or an archive of all",
                ApiBlobType.DATASET,
                self._take_data,
                ("data",),
            ),
            "solution": _Kind(
                "The solution", ApiBlobType.COMPETITION_SOLUTION, self._take_solution, ("host",)
            ),
            "sample": _Kind(
                "The sample submission, which is put into the data",
                ApiBlobType.DATASET,
                self._take_sample,
                ("data",),
            ),
            **{
                f"metric-{better}": _Kind(
                    f"A metric of your own, in Python: {better} is better",
                    ApiBlobType.DATASET,
                    partial(self._take_metric, higher_is_better=better == "higher"),
                    ("host", "scoring"),
                )
                for better in ("higher", "lower")
            },
        }

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        path = PATH + "/{slug}/host/files"
        return (Page(path, self._show, self._send, file=FileTaker(self._begin, self._refuse)),)

    def _show(self, visit: Visit) -> Response:
        self._desk.require_host(visit)
        return self._desk.page(visit, "host_files.html", **self._details())

    def _details(self) -> dict[str, Any]:
        return {"kinds": [("", "Choose"), *((name, kind.words) for name, kind in self._kinds.items())]}

    def _kind(self, visit: Visit) -> _Kind:
        kind = self._kinds.get(visit.form["kind"])
        if kind is None:
            raise InvalidInput("choose what the file is")
        return kind

    def _begin(self, visit: Visit, file: File) -> str:
        self._desk.require_host(visit)
        kind = self._kind(visit)
        if not file.name:
            raise InvalidInput("choose the file to send")
        visit.file_name = base_name(file.name)
        request = ApiStartBlobUploadRequest(type=kind.upload, name=visit.file_name, content_length=file.size)
        return self._uploads.start(self._desk.context(visit), request).token

    def _send(self, visit: Visit) -> Response:
        def send() -> str:
            kind = self._kind(visit)
            kind.take(visit)
            return f"{address(visit, *kind.seen)}?done=file-taken"

        return attempt(visit, send, lambda error: self._refuse(visit, error))

    def _refuse(self, visit: Visit, error: BrantError) -> Response:
        self._desk.require_host(visit)
        field = "kind" if visit.form["kind"] not in self._kinds else "file"
        return self._desk.again(visit, "host_files.html", error, field, **self._details())

    def _take_data(self, visit: Visit) -> None:
        file = ApiCompetitionDataFile(name=visit.file_name, token=visit.upload)
        request = ApiCreateCompetitionDataRequest(competition_name=slug(visit), files=[file])
        self._desk.services.data.create(self._desk.context(visit), request)

    def _take_solution(self, visit: Visit) -> None:
        request = ApiCreateCompetitionSolutionRequest(competition_name=slug(visit), blob_token=visit.upload)
        self._desk.services.solution.create(self._desk.context(visit), request)

    def _take_sample(self, visit: Visit) -> None:
        request = ApiCreateCompetitionSampleSubmissionRequest(
            competition_name=slug(visit), blob_token=visit.upload
        )
        self._desk.services.solution.create_sample(self._desk.context(visit), request)

    def _take_metric(self, visit: Visit, *, higher_is_better: bool) -> None:
        request = UpdateCompetitionSetupRequest(
            competition_name=slug(visit),
            setup=CompetitionSetup(
                metric=CUSTOM, metric_token=visit.upload, higher_is_better=higher_is_better
            ),
            update_mask=FieldMask.of("metric", "metric_token", "higher_is_better"),
        )
        self._desk.services.setup.update(self._desk.context(visit), request)
