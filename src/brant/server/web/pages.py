"""All pages, put together over the services that they show."""

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import chain

from brant.server.domain.accounts.setup import Setup
from brant.server.domain.services import Services
from brant.server.edge.links import Signer
from brant.server.oauth.applications import Applications
from brant.server.oauth.authorization import Authorization
from brant.server.web.competitions.pages import CompetitionPages
from brant.server.web.consent import Consent
from brant.server.web.home import Home
from brant.server.web.organizations import OrganizationPages
from brant.server.web.password import PasswordPage
from brant.server.web.people import People
from brant.server.web.rendering import Renderer
from brant.server.web.setup import SetupPage
from brant.server.web.signing_in import SigningIn
from brant.server.web.site import Site, Uploads
from brant.server.web.tokens import TokenPage


def build_site(
    services: Services,
    setup: Setup,
    authorization: Authorization,
    applications: Applications,
    renderer: Renderer,
    *,
    signer: Signer,
    uploads: Uploads,
    issuer: str,
    reserved: Collection[str],
    admit: Callable[[str], None],
    clock: Callable[[], datetime],
) -> Site:
    """The site; `reserved` are words that no user or organization may be called by; `signer` signs
    addresses of bytes; `uploads` and `admit` as in `Site`."""
    users, sessions = services.users, services.sessions
    parts = (
        Home(users),
        CompetitionPages(services.competitions, services.uploads, signer),
        SigningIn(users, sessions),
        SetupPage(setup, sessions, reserved),
        Consent(authorization),
        TokenPage(services.tokens, applications),
        PasswordPage(users, sessions),
        People(users, reserved),
        OrganizationPages(services.organizations, reserved, issuer),
    )
    pages = chain.from_iterable(part.pages() for part in parts)
    return Site(pages, sessions, uploads, renderer, admit=admit, clock=clock)
