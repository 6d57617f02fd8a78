"""The messages and enums of those who host a competition; the methods are in `competitions`."""

from enum import auto
from typing import Final

from brant.contract.codec import FieldMask, Message, Timestamp, WireEnum
from brant.contract.competition_messages import HostSegment

_NONE: Final = 0.0


class CompetitionPrivacy(WireEnum):
    """Who may see a competition, and who may enter it."""

    COMPETITION_PRIVACY_UNSPECIFIED = auto()
    PUBLIC = auto()
    LIMITED = auto()
    PRIVATE = auto()


class RewardTypeId(WireEnum):
    """In what a reward is counted."""

    REWARD_TYPE_ID_UNSPECIFIED = auto()
    USD = auto()
    KUDOS = auto()
    AUD = auto()
    EUR = auto()
    JOBS = auto()
    SWAG = auto()
    GBP = auto()
    KNOWLEDGE = auto()
    PRIZES = auto()
    NON_MONETARY = auto()


class CompetitionDatabundleType(WireEnum):
    """Which data: what everybody gets, or what notebooks are run again on."""

    COMPETITION_DATABUNDLE_TYPE_UNSPECIFIED = auto()
    COMPETITION_DATABUNDLE_TYPE_PUBLIC = auto()
    COMPETITION_DATABUNDLE_TYPE_RERUN = auto()


class PubliclyCloneable(WireEnum):
    """Whether others may begin a competition of their own with this one."""

    PUBLICLY_CLONEABLE_UNSPECIFIED = auto()
    PUBLICLY_CLONEABLE_WITH_PRIVATE_SOLUTION_FILE = auto()
    PUBLICLY_CLONEABLE_WITH_PUBLIC_SOLUTION_FILE = auto()
    PUBLICLY_CLONEABLE_ENABLE_HACKATHON_CLONING = auto()


class ApiAddCompetitionHostRequest(Message):
    """One more host."""

    competition_name: str = ""
    user_name: str = ""


class ApiAddCompetitionJudgeRequest(Message):
    """One more judge."""

    competition_name: str = ""
    user_name: str = ""


class Reward(Message):
    """What can be won."""

    id: RewardTypeId = RewardTypeId.REWARD_TYPE_ID_UNSPECIFIED
    quantity: int = 0
    clarification: str | None = None


class ApiCreateCompetitionRequest(Message):
    """A new competition; `clone_competition_id` is one to begin with."""

    title: str = ""
    slug: str = ""
    brief_description: str = ""
    privacy: CompetitionPrivacy = CompetitionPrivacy.COMPETITION_PRIVACY_UNSPECIFIED
    clone_competition_id: int | None = None
    disable_kernels: bool | None = None
    restrict_link_to_email_list: bool | None = None
    license_id: int | None = None
    organization_id: int | None = None
    clone_exclude_competition_data: bool | None = None
    clone_page_names: list[str] = []
    reward: Reward | None = None
    hackathon: bool | None = None
    num_prizes: int | None = None


class ApiCreateCompetitionResponse(Message):
    """Its number, its slug and its page."""

    id: int = 0
    ref: str = ""
    url: str = ""


class ApiCompetitionDataFile(Message):
    """A file of the data: its path, and the token of its upload."""

    name: str = ""
    token: str = ""


class ApiCreateCompetitionDataRequest(Message):
    """A new version of a competition's data; it holds exactly these files."""

    competition_name: str = ""
    version_notes: str = ""
    files: list[ApiCompetitionDataFile] = []
    competition_databundle_type: CompetitionDatabundleType = (
        CompetitionDatabundleType.COMPETITION_DATABUNDLE_TYPE_UNSPECIFIED
    )


class ApiCreateCompetitionDataResponse(Message):
    """Where it can be seen, and its numbers."""

    url: str = ""
    databundle_id: int = 0
    databundle_version_id: int = 0


class ApiCompetitionPage(Message):
    """One page of a competition: its name, and its text."""

    name: str = ""
    content: str = ""
    is_published: bool | None = None
    post_title: str | None = None
    mime_type: str | None = None


class ApiCreateCompetitionPageRequest(Message):
    """A new page."""

    competition_name: str = ""
    page: ApiCompetitionPage | None = None


class ApiCreateCompetitionSampleSubmissionRequest(Message):
    """Puts an uploaded file in the sample submission's place."""

    competition_name: str = ""
    blob_token: str = ""


class ApiCreateCompetitionSolutionRequest(Message):
    """Puts an uploaded file in the solution file's place."""

    competition_name: str = ""
    blob_token: str = ""


class ApiDeleteCompetitionPageRequest(Message):
    """Removes a page."""

    competition_name: str = ""
    page_name: str = ""


class ApiGetCompetitionSettingsRequest(Message):
    """The settings of a competition, for its hosts."""

    competition_name: str = ""


class CompetitionSettings(Message):
    """What hosts set of a competition."""

    title: str = ""
    brief_description: str = ""
    competition_name: str = ""
    host_segment: HostSegment = HostSegment.HOST_SEGMENT_UNSPECIFIED
    organization_id: int = 0
    rules_required: bool = False
    publicly_cloneable: PubliclyCloneable | None = None
    has_scripts: bool = False
    requires_identity_verification: bool = False
    enable_team_files: bool = False
    team_file_deadline: Timestamp | None = None
    deadline: Timestamp | None = None
    team_merger_explicit_deadline: Timestamp | None = None
    prohibit_new_entrants_explicit_deadline: Timestamp | None = None
    kernels_publishing_disabled_deadline: Timestamp | None = None
    disable_submissions: bool = False
    public_leaderboard_disclaimer_message: str = ""
    has_leaderboard: bool = False
    disable_leaderboard_prize_indicator: bool = False
    withold_final_leaderboard_until_it_has_been_verified: bool = False
    final_leaderboard_has_been_verified: bool = False
    final_leaderboard_disclaimer_message: str = ""
    only_allow_kernel_submissions: bool = False
    uses_synchronous_reruns: bool = False
    max_cpu_runtime_minutes: int | None = None
    max_gpu_runtime_minutes: int | None = None
    rerun_override_kernel_id: int | None = None
    gateway_kernel_id: int | None = None
    rerun_max_stagger_minutes: float = _NONE
    directly_responsible_user_id: int | None = None

    def __post_init__(self) -> None:
        """A default is left out on the wire where it is the very same object; no other 0.0 is."""
        self.rerun_max_stagger_minutes = self.rerun_max_stagger_minutes or _NONE


class ApiGetCompetitionSolutionStatusRequest(Message):
    """Whether submissions can be scored."""

    competition_name: str = ""


class ApiMetricColumn(Message):
    """A column that the metric needs."""

    name: str = ""
    data_type: str = ""


class ApiSolutionFileInfo(Message):
    """The solution file in numbers, and how its rows are split."""

    file_name: str | None = None
    file_size_bytes: int | None = None
    upload_date: Timestamp | None = None
    total_rows: int | None = None
    public_rows: int | None = None
    private_rows: int | None = None


class ApiCompetitionSolutionStatus(Message):
    """Whether submissions can be scored; if not, `setup_error` says why."""

    ready: bool = False
    setup_error: str | None = None
    kernels_metric: bool = False
    row_id_column_name: str | None = None
    column_mapping: dict[str, str] = {}
    required_metric_columns: list[ApiMetricColumn] = []
    solution_info: ApiSolutionFileInfo | None = None


class ApiLaunchCompetitionRequest(Message):
    """Opens a competition to its participants, now or at a time to come."""

    competition_name: str = ""
    future_time: Timestamp | None = None


class ApiListCompetitionHostsRequest(Message):
    """The hosts of a competition."""

    competition_name: str = ""


class ApiCompetitionHost(Message):
    """A person who hosts, or judges."""

    id: int = 0
    user_name: str | None = None
    display_name: str | None = None
    profile_url: str | None = None


class ApiListCompetitionHostsResponse(Message):
    """These."""

    hosts: list[ApiCompetitionHost] = []


class ApiListCompetitionJudgesRequest(Message):
    """The judges of a competition."""

    competition_name: str = ""


class ApiListCompetitionJudgesResponse(Message):
    """These."""

    judges: list[ApiCompetitionHost] = []


class ApiListCompetitionPagesRequest(Message):
    """The pages of a competition, or one of them by its name."""

    competition_name: str = ""
    page_name: str | None = None


class ApiListCompetitionPagesResponse(Message):
    """These, in their order."""

    pages: list[ApiCompetitionPage] = []


class ApiUpdateCompetitionPageRequest(Message):
    """Changes those fields of a page that the mask names."""

    competition_name: str = ""
    page_name: str = ""
    page: ApiCompetitionPage | None = None
    update_mask: FieldMask | None = None


class ApiUpdateCompetitionSettingsRequest(Message):
    """Changes those settings that the mask names."""

    competition_name: str = ""
    settings: CompetitionSettings | None = None
    update_mask: FieldMask | None = None
