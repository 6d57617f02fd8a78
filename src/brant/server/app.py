"""The composition root: here, and only here, the parts of the server are put together."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from brant.contract import extensions
from brant.contract.catalog import METHODS
from brant.server.domain.accounts.setup import Setup
from brant.server.domain.blobs.upkeep import collecting
from brant.server.domain.handlers import handlers
from brant.server.domain.resources import Resources
from brant.server.domain.services import Services
from brant.server.edge import adapters
from brant.server.edge.access_log import AccessLog
from brant.server.edge.challenges import Challenges
from brant.server.edge.dispatch import Api
from brant.server.edge.errors import ErrorAnswers, answer_http_exception
from brant.server.edge.limits import Limits
from brant.server.edge.links import Signer, load_key
from brant.server.edge.load import Load
from brant.server.edge.oauth import oauth_routes
from brant.server.edge.origins import OriginGuard, Origins
from brant.server.edge.routes import Routes, reserved_words
from brant.server.edge.storage import Storage
from brant.server.edge.uploads import UploadEndpoint
from brant.server.edge.windows import Windows
from brant.server.oauth import metadata
from brant.server.oauth.assembly import OAuth
from brant.server.settings import Settings
from brant.server.web.error_pages import ErrorPages
from brant.server.web.pages import build_site
from brant.server.web.rendering import Renderer

SERVED: Final = (*METHODS, *extensions.METHODS)


def build(
    settings: Settings,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    load: Callable[[], float] | None = None,
) -> Starlette:
    """The server as an ASGI application; its lifespan brings the database up to date, and closes it.

    The data folder must be there (`data_folder.prepare`). `load` tells how busy the server is, from 0 to 1;
    it is measured where none is given. Raises LocalFailure for a damaged signing key.
    """
    signer = Signer(load_key(settings.link_key, secrets.token_bytes))
    services = Services.over(settings.data)
    setup = Setup(services.users, settings.setup_code)
    watched = Load()
    counters = Windows(lambda: clock().timestamp())
    limits = Limits(settings.rate_limit, counters, load or watched, settings.rate_window)
    resources = Resources(services.db)
    origins = Origins(settings.host, settings.origins)
    oauth = OAuth.over(services.db, settings.issuer, origins.include)
    answers = adapters.adapted({**handlers(services), **oauth.handlers()})
    routes = Routes(SERVED, adapters.FURTHER_PATHS)
    api = Api(routes, answers, services.tokens, resources, signer, limits=limits, clock=clock)
    uploads = UploadEndpoint(services.uploads, clock)
    renderer = Renderer()
    site = build_site(
        services,
        setup,
        oauth.authorization,
        oauth.applications,
        renderer,
        signer=signer,
        uploads=uploads,
        issuer=settings.issuer,
        reserved=reserved_words(METHODS)["owner_slug"],
        admit=lambda address: limits.spend(what="page", address=address),
        clock=clock,
    )
    storage = Storage(
        services.stored,
        services.tokens,
        uploads,
        signer,
        limits=limits,
        clock=clock,
        state=services.db.state,
    )
    middleware = [
        *([Middleware(AccessLog)] if settings.verbose else []),
        Middleware(ErrorPages, renderer),
        Middleware(Challenges, settings.issuer + metadata.RESOURCE_DOCUMENT + metadata.RESOURCE),
        Middleware(ErrorAnswers),
        Middleware(OriginGuard, origins),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(services.db.migrate)
        try:
            await run_in_threadpool(setup.prepare)
            with collecting(services.db, services.store, clock, settings.collect_every):
                async with watched.watching():
                    yield
        finally:
            await run_in_threadpool(services.close)

    app = Starlette(
        routes=[
            Route("/healthz", _healthz),
            *site.routes(),
            *oauth_routes(oauth, api=api, limits=limits, clock=clock),
            Mount("/api", api),
            Mount("/storage", storage),
        ],
        middleware=middleware,
        exception_handlers={HTTPException: answer_http_exception},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


async def _healthz(_: Request) -> JSONResponse:
    """Answers as long as the server takes requests."""
    return JSONResponse({"status": "ok"})
