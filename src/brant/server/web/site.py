"""Site: from a browser's request to one of the pages, past everything that guards them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive

from brant.errors import BrantError, PermissionDenied
from brant.server.domain.accounts.user import User
from brant.server.web import cookies, forgery
from brant.server.web.forms import BODY_LIMIT, Fields, read_fields, read_form
from brant.server.web.headers import asset_headers
from brant.server.web.multipart import KIND, File, FileForm
from brant.server.web.rendering import Renderer
from brant.server.web.visit import Visit, sentence

Answer = Callable[[Visit], Response]


class FileTaker(NamedTuple):
    """What a form's file is for: `begin` opens its upload, and `refuse` shows what stands against it."""

    begin: Callable[[Visit, File], str]
    refuse: Callable[[Visit, BrantError], Response]


class Who(Enum):
    """Whom a page is for."""

    ANYONE = "anyone"
    USER = "user"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Page:
    """One address: what shows it and, where it has forms, what takes them."""

    path: str
    get: Answer
    post: Answer | None = None
    who: Who = Who.USER
    largest: int = BODY_LIMIT
    """In bytes, what a form may be."""
    file: FileTaker | None = None
    """Where its forms may carry one, as their last field, of which this is no limit."""


class Sessions(Protocol):
    """What the pages need of the sessions."""

    def find(self, value: str, now: datetime) -> User | None:
        """Who is signed in with that cookie."""


class Uploads(Protocol):
    """What the pages need of the uploads."""

    async def take(self, token: str, length: int, receive: Receive) -> object:
        """Takes a whole file."""


class Site:
    """All pages. Their functions run in worker threads, since they wait for the database.

    `admit` is asked with each visitor's address, and raises RateLimited.
    """

    def __init__(
        self,
        pages: Iterable[Page],
        sessions: Sessions,
        uploads: Uploads,
        renderer: Renderer,
        *,
        admit: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._pages = tuple(pages)
        self._sessions = sessions
        self._uploads = uploads
        self._renderer = renderer
        self._admit = admit
        self._clock = clock

    def routes(self) -> list[Route]:
        """One for each page, and one for the style sheet."""
        pages = [
            Route(page.path, self._endpoint(page), methods=["GET", *(["POST"] if page.post else [])])
            for page in self._pages
        ]
        return [*pages, Route(self._renderer.style_path, self._style)]

    def _endpoint(self, page: Page) -> Callable[[Request], object]:
        async def answer(request: Request) -> Response:
            return await self._answer(page, request)

        return answer

    async def _answer(self, page: Page, request: Request) -> Response:
        visit = self._visit(request)
        self._admit(visit.address)
        try:
            visit.query = read_fields(request.scope["query_string"].decode("latin-1"))
            if request.method == "POST":
                forgery.check_source(request.headers, visit.origin)
                if page.file is not None and _has_file(request):
                    return await self._take(page, page.file, visit, request)
                visit.form = await read_form(request.receive, request.headers, page.largest)
                visit.now = self._clock()  # a form that trickles in must not reach back before a deadline
            return await run_in_threadpool(self._run, page, visit)
        except BrantError as error:
            if error.code == 500:
                raise
            # Who may not see a page may not see it again either; a form can be sent anew from its page.
            back = "" if error.code == 403 and request.method != "POST" else visit.path
            return visit.page("error.html", error.code, message=sentence(error.message), back=back)

    def _visit(self, request: Request) -> Visit:
        scope = request.scope
        origin = scope["state"]["origin"]
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        jar = {kind: request.cookies.get(cookies.cookie_name(kind, origin), "") for kind in cookies.KINDS}
        return Visit(
            renderer=self._renderer,
            method=request.method,
            target=scope["raw_path"] + query,
            origin=origin,
            address=request.client.host if request.client else "",
            now=self._clock(),
            query=Fields(),
            form=Fields(),
            params=request.path_params,
            session=jar["session"],
            visitor=jar["visitor"],
        )

    async def _take(self, page: Page, file: FileTaker, visit: Visit, request: Request) -> Response:
        """Not a byte of a file is kept before it is known whose form it is, and that it may come."""
        form = FileForm(request.receive, request.headers)
        visit.form, sent = await form.begin()
        refusal = await run_in_threadpool(self._guard, page, visit)
        if refusal is not None:
            return refusal
        try:
            visit.upload = await run_in_threadpool(file.begin, visit, sent)
            await self._uploads.take(visit.upload, sent.size, form.receiving(sent.size))
        except BrantError as error:
            if error.code >= 500:
                raise
            return await run_in_threadpool(file.refuse, visit, error)
        visit.now = self._clock()
        return await run_in_threadpool(self._run, page, visit)

    def _run(self, page: Page, visit: Visit) -> Response:
        refusal = self._guard(page, visit)
        if refusal is not None:
            return refusal
        return page.get(visit) if visit.method != "POST" or page.post is None else page.post(visit)

    def _guard(self, page: Page, visit: Visit) -> Response | None:
        """Finds out who visits; where to go instead for whoever must sign in. Raises PermissionDenied."""
        visit.user = self._sessions.find(visit.session, visit.now) if visit.session else None
        if page.who is not Who.ANYONE and visit.user is None:
            return visit.go_to_sign_in()
        if page.who is Who.ADMINISTRATOR and not visit.who.is_admin:
            raise PermissionDenied("this page is for administrators: ask one of them")
        if visit.method == "POST":
            forgery.check_token(visit.form[forgery.FIELD], visit.secret)
        return None

    async def _style(self, _: Request) -> Response:
        return Response(self._renderer.style, headers=asset_headers(), media_type="text/css")


def _has_file(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == KIND
