"""Makes a competition, opens it, and says who hosts, judges and may see it."""

from brant.client.competitions import offered
from brant.client.session import Session
from brant.contract import competition_extensions as ours
from brant.contract import competitions as wire
from brant.contract.codec import Timestamp
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiCompetitionHost,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionResponse,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionJudgesRequest,
)


def create(session: Session, request: ApiCreateCompetitionRequest) -> ApiCreateCompetitionResponse:
    """Make a competition, which only its hosts see until it is launched. Raises Conflict for its slug."""
    return session.call(wire.CREATE_COMPETITION, request)


def launch(session: Session, competition: str, at: Timestamp | None = None) -> None:
    """Open a competition now, or `at` a time to come. Raises InvalidInput with what is still missing."""
    request = ApiLaunchCompetitionRequest(competition_name=competition, future_time=at)
    session.call(wire.LAUNCH_COMPETITION, request)


def hosts(session: Session, competition: str) -> list[ApiCompetitionHost]:
    """Who hosts a competition. Raises NotFound."""
    request = ApiListCompetitionHostsRequest(competition_name=competition)
    return session.call(wire.LIST_COMPETITION_HOSTS, request).hosts


def add_host(session: Session, competition: str, user: str) -> None:
    """Make `user` a host, who may do all that the caller may. Raises NotFound."""
    request = ApiAddCompetitionHostRequest(competition_name=competition, user_name=user)
    session.call(wire.ADD_COMPETITION_HOST, request, repeatable=True)


def judges(session: Session, competition: str) -> list[ApiCompetitionHost]:
    """Who judges a competition. Raises NotFound."""
    request = ApiListCompetitionJudgesRequest(competition_name=competition)
    return session.call(wire.LIST_COMPETITION_JUDGES, request).judges


def add_judge(session: Session, competition: str, user: str) -> None:
    """Make `user` a judge. Raises NotFound."""
    request = ApiAddCompetitionJudgeRequest(competition_name=competition, user_name=user)
    session.call(wire.ADD_COMPETITION_JUDGE, request, repeatable=True)


def admit(session: Session, competition: str, user: str) -> None:
    """Let `user` see and enter a private competition. Raises NotFound."""
    request = ours.AdmitUserRequest(competition_name=competition, user_name=user)
    offered.call(session, ours.ADMIT_USER, request, repeatable=True)
