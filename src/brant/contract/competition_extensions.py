"""What our server offers for competitions beyond the official wire: entering, teams, and all that a host sets."""

from enum import auto
from typing import Final

from brant.contract.codec import FieldMask, Message, Timestamp, WireEnum
from brant.contract.competition_messages import ApiSubmission
from brant.contract.method import Empty, Method

_SERVICE: Final = "brant.CompetitionService"


class CompetitionRequest(Message):
    """Something about one competition, and nothing more to say."""

    competition_name: str = ""


class TeamMember(Message):
    """One member of a team."""

    user_name: str = ""
    is_leader: bool = False


class TeamInvitation(Message):
    """A team that asks another to become one with it; `team_id` is the one that asks."""

    team_id: int = 0
    team_name: str = ""
    invited_id: int = 0
    invited_name: str = ""
    created: Timestamp | None = None


class CompetitionTeam(Message):
    """The caller's team: its members, the invitations that it sent and those that it may answer."""

    id: int = 0
    name: str = ""
    members: list[TeamMember] = []
    sent: list[TeamInvitation] = []
    received: list[TeamInvitation] = []
    rank: int | None = None
    score: str | None = None


class RenameTeamRequest(Message):
    """Gives the caller's team another name; only its leader may."""

    competition_name: str = ""
    team_name: str = ""


class InviteTeamRequest(Message):
    """Asks the team of `user_name` to become one with the caller's."""

    competition_name: str = ""
    user_name: str = ""


class AnswerInvitationRequest(Message):
    """Accepts or declines the invitation of the team `team_id`; a leader may."""

    competition_name: str = ""
    team_id: int = 0
    accept: bool = False


class SelectSubmissionsRequest(Message):
    """Chooses the submissions that count for the final leaderboard: exactly these, none for the best public one."""

    competition_name: str = ""
    submission_ids: list[int] = []


class SelectedSubmissions(Message):
    """The team's chosen submissions, the newest first."""

    submissions: list[ApiSubmission] = []
    allowed: int = 0


class MetricParameter(Message):
    """A parameter of a metric: its default as a text, and what it means."""

    name: str = ""
    default: str = ""
    description: str = ""


class Metric(Message):
    """A metric that is built in; `source` is where it is defined."""

    name: str = ""
    title: str = ""
    higher_is_better: bool = False
    description: str = ""
    file_format: str = ""
    source: str = ""
    parameters: list[MetricParameter] = []


class ListMetricsRequest(Message):
    """The metrics that a host can choose from."""


class ListMetricsResponse(Message):
    """These, by name."""

    metrics: list[Metric] = []


class CompetitionSetup(Message):
    """What a host sets that no official call can: the metric, the split, the limits.

    `metric` is a name of ListMetrics, or `custom` with the Python file uploaded under `metric_token`.
    `public_percent` of the rows make the public score where the solution has no column Usage, drawn by `split_seed`.
    """

    metric: str = ""
    metric_parameters: dict[str, str] = {}
    metric_token: str = ""
    higher_is_better: bool = False
    row_id_column: str = ""
    public_percent: int = 0
    split_seed: int = 0
    max_daily_submissions: int = 0
    max_total_submissions: int = 0
    max_team_size: int = 0
    max_selected: int = 0
    max_submission_bytes: int = 0
    scoring_seconds: int = 0
    # What follows is told, never taken.
    revision: int = 0
    held_submissions: int = 0
    host_error: str = ""


class UpdateCompetitionSetupRequest(Message):
    """Changes those fields that the mask names; without a mask, those that are set."""

    competition_name: str = ""
    setup: CompetitionSetup | None = None
    update_mask: FieldMask | None = None


class RescoreCompetitionResponse(Message):
    """How many submissions were put in line."""

    submissions: int = 0


class HostSubmissionState(WireEnum):
    """Which submissions a host lists."""

    HOST_SUBMISSION_STATE_ALL = auto()
    HOST_SUBMISSION_STATE_PENDING = auto()
    HOST_SUBMISSION_STATE_HELD = auto()
    HOST_SUBMISSION_STATE_ERROR = auto()
    HOST_SUBMISSION_STATE_COMPLETE = auto()


class ListHostSubmissionsRequest(Message):
    """A page of everybody's submissions, the newest first; for hosts."""

    competition_name: str = ""
    state: HostSubmissionState = HostSubmissionState.HOST_SUBMISSION_STATE_ALL
    page_size: int = 0
    page_token: str = ""


class HostSubmission(Message):
    """One submission as a host sees it; `held` is the host's own error, with its traceback."""

    submission: ApiSubmission | None = None
    team_id: int = 0
    is_late: bool = False
    is_selected: bool = False
    held: str = ""


class ListHostSubmissionsResponse(Message):
    """One page of them."""

    submissions: list[HostSubmission] = []
    next_page_token: str = ""


class AdmitUserRequest(Message):
    """Lets `user_name` see and enter a private competition; for hosts."""

    competition_name: str = ""
    user_name: str = ""


class PostMessageRequest(Message):
    """Writes to a competition's discussion: a new topic where `title` is set, else into `topic_id`.

    `parent_id` is the message that is replied to.
    """

    competition_name: str = ""
    title: str = ""
    topic_id: int = 0
    parent_id: int = 0
    content: str = ""


class PostMessageResponse(Message):
    """The numbers of the topic and of the message."""

    topic_id: int = 0
    message_id: int = 0


JOIN_COMPETITION = Method(
    service=_SERVICE,
    name="JoinCompetition",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/JoinCompetition",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=CompetitionRequest,
    response=CompetitionTeam,
)


GET_TEAM = Method(
    service=_SERVICE,
    name="GetTeam",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/GetTeam",),
    body_field="*",
    scope="competitions.get",
    resource=("competition_name",),
    request=CompetitionRequest,
    response=CompetitionTeam,
)


RENAME_TEAM = Method(
    service=_SERVICE,
    name="RenameTeam",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/RenameTeam",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=RenameTeamRequest,
    response=CompetitionTeam,
)


INVITE_TEAM = Method(
    service=_SERVICE,
    name="InviteTeam",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/InviteTeam",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=InviteTeamRequest,
    response=CompetitionTeam,
)


ANSWER_INVITATION = Method(
    service=_SERVICE,
    name="AnswerInvitation",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/AnswerInvitation",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=AnswerInvitationRequest,
    response=CompetitionTeam,
)


SELECT_SUBMISSIONS = Method(
    service=_SERVICE,
    name="SelectSubmissions",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/SelectSubmissions",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=SelectSubmissionsRequest,
    response=SelectedSubmissions,
)


LIST_METRICS = Method(
    service=_SERVICE,
    name="ListMetrics",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/ListMetrics",),
    body_field="*",
    scope="competitions.get",
    resource=(),
    anonymous=True,
    request=ListMetricsRequest,
    response=ListMetricsResponse,
)


GET_COMPETITION_SETUP = Method(
    service=_SERVICE,
    name="GetCompetitionSetup",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/GetCompetitionSetup",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=CompetitionRequest,
    response=CompetitionSetup,
)


UPDATE_COMPETITION_SETUP = Method(
    service=_SERVICE,
    name="UpdateCompetitionSetup",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/UpdateCompetitionSetup",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=UpdateCompetitionSetupRequest,
    response=CompetitionSetup,
)


RESCORE_COMPETITION = Method(
    service=_SERVICE,
    name="RescoreCompetition",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/RescoreCompetition",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=CompetitionRequest,
    response=RescoreCompetitionResponse,
)


LIST_HOST_SUBMISSIONS = Method(
    service=_SERVICE,
    name="ListHostSubmissions",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/ListHostSubmissions",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ListHostSubmissionsRequest,
    response=ListHostSubmissionsResponse,
)


POST_MESSAGE = Method(
    service=_SERVICE,
    name="PostMessage",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/PostMessage",),
    body_field="*",
    scope="competitions.submit",
    resource=("competition_name",),
    request=PostMessageRequest,
    response=PostMessageResponse,
)

ADMIT_USER = Method(
    service=_SERVICE,
    name="AdmitUser",
    verb="POST",
    paths=("/api/v1/brant.CompetitionService/AdmitUser",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=AdmitUserRequest,
    response=Empty,
)

METHODS = (
    ADMIT_USER,
    JOIN_COMPETITION,
    GET_TEAM,
    RENAME_TEAM,
    INVITE_TEAM,
    ANSWER_INVITATION,
    SELECT_SUBMISSIONS,
    LIST_METRICS,
    GET_COMPETITION_SETUP,
    UPDATE_COMPETITION_SETUP,
    RESCORE_COMPETITION,
    LIST_HOST_SUBMISSIONS,
    POST_MESSAGE,
)
