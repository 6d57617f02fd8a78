"""Desk: how the pages of competitions ask the services, in the name of whoever visits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from brant.contract.competition_messages import ApiCompetition, ApiGetCompetitionRequest
from brant.errors import BrantError, InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions.permissions import Role
from brant.server.domain.competitions.services import Competitions
from brant.server.edge.links import SignedLinks, Signer
from brant.server.web.notices import notice
from brant.server.web.site import Answer
from brant.server.web.visit import Visit

PATH: Final = "/competitions"
LARGEST_MESSAGE: Final = 2**18
"""In bytes, of a form with a message: in a form a character takes up to twelve of them."""
LARGEST_TEXT: Final = 3 * 2**20
"""In bytes, of a form with a host's text."""


class Tab(NamedTuple):
    """A link among the pages of one competition."""

    path: str
    words: str
    is_here: bool


class Desk:
    """What all pages of competitions share. It permits nothing: the services do."""

    def __init__(self, services: Competitions, signer: Signer) -> None:
        self.services = services
        self._signer = signer

    def context(self, visit: Visit) -> Context:
        """The visitor as the services know callers."""
        user = visit.user
        actor = None if user is None else Actor(user.id, user.name, user.is_admin)
        return Context(actor, visit.now, SignedLinks(visit.origin, self._signer, visit.now, actor))

    def find(self, visit: Visit) -> ApiCompetition:
        """The competition of the address. Raises NotFound."""
        request = ApiGetCompetitionRequest(competition_name=slug(visit))
        return self.services.listing.get(self.context(visit), request)

    def page(self, visit: Visit, template: str, **values: Any) -> Response:
        """A page of one competition, within its frame."""
        return visit.page(f"competitions/{template}", **(self._frame(visit) | values))

    def again(self, visit: Visit, template: str, error: BrantError, field: str, **values: Any) -> Response:
        """The same page with what was typed, and what is wrong with it."""
        return visit.again(f"competitions/{template}", error, field, **(self._frame(visit) | values))

    def require_host(self, visit: Visit) -> None:
        """For what a page shows beside the answers of the services. Raises PermissionDenied."""
        if self.services.roles.of(self.context(visit), slug(visit)) is not Role.HOST:
            raise PermissionDenied("this page is for the hosts of the competition: ask one of them")

    def _frame(self, visit: Visit) -> dict[str, Any]:
        found = self.find(visit)
        role = self.services.roles.of(self.context(visit), slug(visit))
        return {
            "competition": found,
            "slug": slug(visit),
            "here": address(visit),
            "tabs": _tabs(visit, found, role),
            "is_host": role is Role.HOST,
            "is_judge": role is Role.JUDGE,
            "notice_words": notice(visit),
            "now": visit.now,
            "is_over": found.deadline is not None and found.deadline < visit.now,
        }


def slug(visit: Visit) -> str:
    """The competition's, as the address names it."""
    return visit.params["slug"].lower()


def address(visit: Visit, *below: str) -> str:
    """The path of the competition's first page, or of one below it."""
    return "/".join((PATH, slug(visit), *below))


def short_name(found: ApiCompetition) -> str:
    """The slug in a competition's `ref`."""
    return found.ref.rpartition("/")[2]


def for_users(answer: Answer) -> Answer:
    """`answer` for who is signed in; all others sign in first."""

    def asked(visit: Visit) -> Response:
        return visit.go_to_sign_in() if visit.user is None else answer(visit)

    return asked


def attempt(visit: Visit, deed: Callable[[], str], again: Callable[[BrantError], Response]) -> Response:
    """Does it, and goes on to the address that it answers; what the services refuse is shown by `again`."""
    try:
        path = deed()
    except BrantError as error:
        if error.code >= 500:
            raise
        return again(error)
    return visit.go(path)


def filled(visit: Visit, kept: Mapping[str, str]) -> Any:
    """What stands in the fields of a page's one form: what was typed, or what is kept."""
    return visit.form if visit.method == "POST" else defaultdict(str, kept)


def moment(text: str, what: str) -> datetime | None:
    """The time of a field, which is in UTC; None for an empty one. Raises InvalidInput."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is not None:
        raise InvalidInput(f"{what} is no time: write it as 2026-01-31T12:00, in UTC")
    return when.replace(tzinfo=UTC)


def typed_moment(when: datetime | None) -> str:
    """A time as its field holds it."""
    return "" if when is None else f"{when.astimezone(UTC):%Y-%m-%dT%H:%M}"


def whole(text: str, what: str) -> int:
    """The number of a field; 0 for an empty one. Raises InvalidInput."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput(f"{what} is a whole number, not {text[:40]!r}")
    return int(text)


def page_number(visit: Visit) -> int:
    """Which page the address asks for, from 1. Raises InvalidInput."""
    return whole(visit.query["page"], "the page") or 1


def _may_submit(visit: Visit, found: ApiCompetition, role: Role) -> bool:
    return found.user_has_entered or (visit.user is not None and role is not Role.JUDGE)


def _tabs(visit: Visit, found: ApiCompetition, role: Role) -> list[Tab]:
    here = address(visit)
    places: Iterable[tuple[str, str]] = (
        (here, "Overview"),
        (f"{here}/data", "Data"),
        (f"{here}/rules", "Rules"),
        (f"{here}/leaderboard", "Leaderboard"),
        (f"{here}/discussion", "Discussion"),
        *(((f"{here}/submissions", "Submissions"),) if _may_submit(visit, found, role) else ()),
        *(((f"{here}/team", "Team"),) if found.user_has_entered else ()),
        *(((f"{here}/host", "Host"),) if role is Role.HOST else ()),
        *(((f"{here}/host/submissions", "Judge"),) if role is Role.JUDGE else ()),
    )
    at = visit.path.partition("?")[0].rstrip("/").lower()
    return [
        Tab(path, words, at == path or (path != here and at.startswith(path + "/"))) for path, words in places
    ]
