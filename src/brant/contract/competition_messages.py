"""The messages and enums of competitions that participants and onlookers meet; the methods are in `competitions`."""

from enum import auto

from brant.contract.codec import Message, Timestamp, WireEnum
from brant.contract.dataset_messages import ApiCategory


class HostSegment(WireEnum):
    """What kind of competition it is; on pages and in lists, its category."""

    HOST_SEGMENT_UNSPECIFIED = auto()
    HOST_SEGMENT_FEATURED = auto()
    HOST_SEGMENT_GETTING_STARTED = auto()
    HOST_SEGMENT_MASTERS = auto()
    HOST_SEGMENT_PLAYGROUND = auto()
    HOST_SEGMENT_RECRUITMENT = auto()
    HOST_SEGMENT_RESEARCH = auto()
    HOST_SEGMENT_COMMUNITY = auto()
    HOST_SEGMENT_ANALYTICS = auto()


class SubmissionStatus(WireEnum):
    """How far scoring has come; PENDING is the one state that is not final."""

    PENDING = auto()
    COMPLETE = auto()
    ERROR = auto()


class CompetitionListTab(WireEnum):
    """Which competitions to list."""

    COMPETITION_LIST_TAB_GENERAL = auto()
    COMPETITION_LIST_TAB_ENTERED = auto()
    COMPETITION_LIST_TAB_COMMUNITY = auto()
    COMPETITION_LIST_TAB_HOSTED = auto()
    COMPETITION_LIST_TAB_UNLAUNCHED = auto()
    COMPETITION_LIST_TAB_UNLAUNCHED_COMMUNITY = auto()
    COMPETITION_LIST_TAB_EVERYTHING = auto()


class CompetitionSortBy(WireEnum):
    """The order of a list of competitions."""

    COMPETITION_SORT_BY_GROUPED = auto()
    COMPETITION_SORT_BY_BEST = auto()
    COMPETITION_SORT_BY_PRIZE = auto()
    COMPETITION_SORT_BY_EARLIEST_DEADLINE = auto()
    COMPETITION_SORT_BY_LATEST_DEADLINE = auto()
    COMPETITION_SORT_BY_NUMBER_OF_TEAMS = auto()
    COMPETITION_SORT_BY_RELEVANCE = auto()
    COMPETITION_SORT_BY_RECENTLY_CREATED = auto()


class EpisodeState(WireEnum):
    """How far an episode has come."""

    EPISODE_STATE_UNSPECIFIED = auto()
    CREATED = auto()
    COMPLETED = auto()
    ERRORED = auto()
    NEVER_STARTED = auto()


class EpisodeType(WireEnum):
    """Why an episode was played."""

    EPISODE_TYPE_UNSPECIFIED = auto()
    EPISODE_TYPE_PUBLIC = auto()
    EPISODE_TYPE_PRIVATE = auto()
    EPISODE_TYPE_EXHIBITION = auto()
    EPISODE_TYPE_VALIDATION = auto()


class EpisodeAgentState(WireEnum):
    """How an agent ended in an episode."""

    EPISODE_AGENT_STATE_UNSPECIFIED = auto()
    EPISODE_AGENT_STATE_PENDING = auto()
    EPISODE_AGENT_STATE_COMPLETE = auto()
    EPISODE_AGENT_STATE_ERROR_EVALUATION = auto()
    EPISODE_AGENT_STATE_ERROR_INVALID_ACTION = auto()
    EPISODE_AGENT_STATE_ERROR_TIMEOUT = auto()
    EPISODE_AGENT_STATE_ERROR_ON_EPISODE = auto()


class SubmissionSortBy(WireEnum):
    """The order of a list of submissions."""

    SUBMISSION_SORT_BY_DATE = auto()
    SUBMISSION_SORT_BY_NAME = auto()
    SUBMISSION_SORT_BY_PRIVATE_SCORE = auto()
    SUBMISSION_SORT_BY_PUBLIC_SCORE = auto()


class SubmissionGroup(WireEnum):
    """Which of a team's submissions to list."""

    SUBMISSION_GROUP_ALL = auto()
    SUBMISSION_GROUP_SUCCESSFUL = auto()
    SUBMISSION_GROUP_SELECTED = auto()


class ApiCreateCodeSubmissionRequest(Message):
    """Submits a file that a version of a kernel writes when it is run again."""

    competition_name: str = ""
    kernel_owner: str = ""
    kernel_slug: str = ""
    kernel_version: int | None = None
    file_name: str | None = None
    submission_description: str | None = None


class ApiCreateCodeSubmissionResponse(Message):
    """The submission's number, and a sentence for its sender."""

    message: str = ""
    ref: int = 0


class ApiCreateSubmissionRequest(Message):
    """Submits what was uploaded under `blob_file_tokens`."""

    competition_name: str = ""
    blob_file_tokens: str = ""
    submission_description: str | None = None
    benchmark_model_version_id: int | None = None
    sandbox: bool | None = None


class ApiCreateSubmissionResponse(Message):
    """The submission's number, and a sentence for its sender."""

    message: str = ""
    ref: int = 0


class ApiDownloadDataFileRequest(Message):
    """One file of a competition's data."""

    competition_name: str = ""
    file_name: str = ""


class ApiDownloadDataFilesRequest(Message):
    """All data of a competition as one zip."""

    competition_name: str = ""


class ApiDownloadLeaderboardRequest(Message):
    """The whole leaderboard as a zip with one CSV file."""

    competition_name: str = ""


class ApiDownloadSubmissionRequest(Message):
    """The file of one submission."""

    submission_id: int = 0


class ApiGetCompetitionRequest(Message):
    """One competition by its slug."""

    competition_name: str = ""


class ApiCompetition(Message):
    """One competition; `ref` is its address or slug, `reward` a text."""

    id: int = 0
    ref: str = ""
    title: str | None = None
    url: str | None = None
    description: str | None = None
    organization_name: str | None = None
    organization_ref: str | None = None
    category: str | None = None
    reward: str | None = None
    tags: list[ApiCategory] = []
    deadline: Timestamp | None = None
    kernel_count: int = 0
    team_count: int = 0
    user_has_entered: bool = False
    user_rank: int | None = None
    merger_deadline: Timestamp | None = None
    new_entrant_deadline: Timestamp | None = None
    enabled_date: Timestamp | None = None
    max_daily_submissions: int = 0
    max_team_size: int | None = None
    evaluation_metric: str | None = None
    awards_points: bool = False
    is_kernels_submissions_only: bool = False
    submissions_disabled: bool = False
    thumbnail_image_url: str | None = None
    host_name: str = ""
    date_created: Timestamp | None = None


class ApiGetCompetitionDataFilesSummaryRequest(Message):
    """The files of a competition in numbers."""

    competition_name: str = ""


class ApiGetEpisodeAgentLogsRequest(Message):
    """What an agent wrote in an episode; agents count from 0."""

    episode_id: int = 0
    agent_index: int = 0


class ApiGetEpisodeReplayRequest(Message):
    """The replay of an episode, as JSON."""

    episode_id: int = 0


class ApiGetLeaderboardRequest(Message):
    """A page of the leaderboard; with `override_public` the public one after the end."""

    competition_name: str = ""
    override_public: bool | None = None
    page_size: int | None = None
    page_token: str | None = None


class ApiLeaderboardSubmission(Message):
    """One place of the leaderboard: a team, its best score as a text, and when it was reached."""

    team_id: int = 0
    team_name: str | None = None
    submission_date: Timestamp | None = None
    score: str | None = None


class ApiGetLeaderboardResponse(Message):
    """One page of the leaderboard, the best first."""

    submissions: list[ApiLeaderboardSubmission] = []
    next_page_token: str = ""


class ApiGetSubmissionRequest(Message):
    """One submission by its number."""

    ref: int = 0


class ApiSubmission(Message):
    """One submission as its team sees it; scores are texts, empty where there is none to see."""

    ref: int = 0
    total_bytes: int | None = None
    date: Timestamp | None = None
    description: str | None = None
    error_description: str | None = None
    file_name: str | None = None
    public_score: str | None = None
    private_score: str | None = None
    status: SubmissionStatus = SubmissionStatus.PENDING
    submitted_by: str | None = None
    submitted_by_ref: str | None = None
    team_name: str | None = None
    url: str | None = None


class ApiGetSubmissionLimitsRequest(Message):
    """How many submissions the caller's team has left."""

    competition_name: str = ""


class ApiSubmissionLimits(Message):
    """Submissions made today and in all, and how many are allowed now."""

    num_today: int = 0
    num_total: int = 0
    num_allowed_now: int = 0
    limited_by_total: bool = False


class ApiListCompetitionsRequest(Message):
    """A page of competitions; `page` counts from 1, and a token wins over it."""

    group: CompetitionListTab | None = None
    category: HostSegment | None = None
    sort_by: CompetitionSortBy | None = None
    search: str | None = None
    page: int | None = None
    page_token: str | None = None
    page_size: int | None = None


class ApiListCompetitionsResponse(Message):
    """One page of them."""

    competitions: list[ApiCompetition] = []
    next_page_token: str = ""


class ApiListDataFilesRequest(Message):
    """A page of the files of a competition."""

    competition_name: str = ""
    page_size: int | None = None
    page_token: str | None = None


class ApiDataFile(Message):
    """One file of a competition's data; `name` is its path."""

    ref: str = ""
    name: str | None = None
    description: str | None = None
    total_bytes: int = 0
    url: str | None = None
    creation_date: Timestamp | None = None


class ApiListDataFilesResponse(Message):
    """One page of them, in path order."""

    files: list[ApiDataFile] = []
    next_page_token: str | None = None
    children_fetch_time_ms: int = 0


class ApiListDataTreeFilesRequest(Message):
    """A page of what lies directly in the folder `path`; without it, in the root."""

    competition_name: str = ""
    path: str | None = None
    page_size: int | None = None
    page_token: str | None = None


class ApiListSubmissionEpisodesRequest(Message):
    """The episodes of one submission."""

    submission_id: int = 0


class ApiEpisodeAgent(Message):
    """One agent in an episode."""

    submission_id: int = 0
    index: int = 0
    reward: float | None = None
    state: EpisodeAgentState = EpisodeAgentState.EPISODE_AGENT_STATE_UNSPECIFIED
    team_name: str | None = None
    team_id: int = 0


class ApiEpisode(Message):
    """One game that agents played against each other."""

    id: int = 0
    create_time: Timestamp | None = None
    end_time: Timestamp | None = None
    state: EpisodeState = EpisodeState.EPISODE_STATE_UNSPECIFIED
    type: EpisodeType = EpisodeType.EPISODE_TYPE_UNSPECIFIED
    agents: list[ApiEpisodeAgent] = []


class ApiListSubmissionEpisodesResponse(Message):
    """These."""

    episodes: list[ApiEpisode] = []


class ApiListSubmissionsRequest(Message):
    """A page of the submissions of the caller's team; `page` counts from 1."""

    competition_name: str = ""
    sort_by: SubmissionSortBy = SubmissionSortBy.SUBMISSION_SORT_BY_DATE
    group: SubmissionGroup = SubmissionGroup.SUBMISSION_GROUP_ALL
    page: int | None = None
    page_token: str | None = None
    page_size: int | None = None


class ApiListSubmissionsResponse(Message):
    """One page of them."""

    submissions: list[ApiSubmission] = []
    next_page_token: str = ""


class ApiListTeamPublicSubmissionsRequest(Message):
    """The submissions of one team that everybody may see."""

    team_id: int = 0


class ApiPublicSubmission(Message):
    """What everybody may see of a submission."""

    id: int = 0
    date_submitted: Timestamp | None = None
    public_score: str = ""


class ApiListTeamPublicSubmissionsResponse(Message):
    """These, the newest first."""

    submissions: list[ApiPublicSubmission] = []


class ApiStartSubmissionUploadRequest(Message):
    """Opens the upload of a file to submit; sizes in bytes."""

    competition_name: str | None = None
    content_length: int = 0
    last_modified_epoch_seconds: int = 0
    file_name: str = ""


class ApiStartSubmissionUploadResponse(Message):
    """Where its bytes go, and the token that stands for them."""

    token: str = ""
    create_url: str = ""
