"""Competitions: every method of the service; its messages are in `competition_messages`, `hosting_messages` and `topic_messages`."""

from typing import Final

from brant.contract.competition_messages import (
    ApiCompetition,
    ApiCreateCodeSubmissionRequest,
    ApiCreateCodeSubmissionResponse,
    ApiCreateSubmissionRequest,
    ApiCreateSubmissionResponse,
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiDownloadLeaderboardRequest,
    ApiDownloadSubmissionRequest,
    ApiGetCompetitionDataFilesSummaryRequest,
    ApiGetCompetitionRequest,
    ApiGetEpisodeAgentLogsRequest,
    ApiGetEpisodeReplayRequest,
    ApiGetLeaderboardRequest,
    ApiGetLeaderboardResponse,
    ApiGetSubmissionLimitsRequest,
    ApiGetSubmissionRequest,
    ApiListCompetitionsRequest,
    ApiListCompetitionsResponse,
    ApiListDataFilesRequest,
    ApiListDataFilesResponse,
    ApiListDataTreeFilesRequest,
    ApiListSubmissionEpisodesRequest,
    ApiListSubmissionEpisodesResponse,
    ApiListSubmissionsRequest,
    ApiListSubmissionsResponse,
    ApiListTeamPublicSubmissionsRequest,
    ApiListTeamPublicSubmissionsResponse,
    ApiStartSubmissionUploadRequest,
    ApiStartSubmissionUploadResponse,
    ApiSubmission,
    ApiSubmissionLimits,
)
from brant.contract.dataset_messages import (
    ApiDirectoryContent,
    ApiFilesSummary,
)
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiCompetitionPage,
    ApiCompetitionSolutionStatus,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionDataResponse,
    ApiCreateCompetitionPageRequest,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionResponse,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiDeleteCompetitionPageRequest,
    ApiGetCompetitionSettingsRequest,
    ApiGetCompetitionSolutionStatusRequest,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionHostsResponse,
    ApiListCompetitionJudgesRequest,
    ApiListCompetitionJudgesResponse,
    ApiListCompetitionPagesRequest,
    ApiListCompetitionPagesResponse,
    ApiUpdateCompetitionPageRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
)
from brant.contract.method import (
    Empty,
    FileDownload,
    HttpRedirect,
    Method,
)
from brant.contract.topic_messages import (
    ApiListCompetitionTopicsRequest,
    ApiListCompetitionTopicsResponse,
    ApiListTopicMessagesRequest,
    ApiListTopicMessagesResponse,
)

_SERVICE: Final = "competitions.CompetitionApiService"

ADD_COMPETITION_HOST = Method(
    service=_SERVICE,
    name="AddCompetitionHost",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/hosts",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiAddCompetitionHostRequest,
    response=Empty,
)


ADD_COMPETITION_JUDGE = Method(
    service=_SERVICE,
    name="AddCompetitionJudge",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/judges",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiAddCompetitionJudgeRequest,
    response=Empty,
)


CREATE_CODE_SUBMISSION = Method(
    service=_SERVICE,
    name="CreateCodeSubmission",
    verb="POST",
    paths=("/api/v1/competitions/submissions/submit-notebook/{competition_name}",),
    scope="competitions.submit",
    resource=("competition_name",),
    consent="spends",
    request=ApiCreateCodeSubmissionRequest,
    response=ApiCreateCodeSubmissionResponse,
)


CREATE_COMPETITION = Method(
    service=_SERVICE,
    name="CreateCompetition",
    verb="POST",
    paths=("/api/v1/competitions",),
    body_field="*",
    scope="competitions.update",
    resource=("slug",),
    request=ApiCreateCompetitionRequest,
    response=ApiCreateCompetitionResponse,
)


CREATE_COMPETITION_DATA = Method(
    service=_SERVICE,
    name="CreateCompetitionData",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/data",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiCreateCompetitionDataRequest,
    response=ApiCreateCompetitionDataResponse,
)


CREATE_COMPETITION_PAGE = Method(
    service=_SERVICE,
    name="CreateCompetitionPage",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/pages",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiCreateCompetitionPageRequest,
    response=ApiCompetitionPage,
)


CREATE_COMPETITION_SAMPLE_SUBMISSION = Method(
    service=_SERVICE,
    name="CreateCompetitionSampleSubmission",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/sample-submission",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiCreateCompetitionSampleSubmissionRequest,
    response=Empty,
)


CREATE_COMPETITION_SOLUTION = Method(
    service=_SERVICE,
    name="CreateCompetitionSolution",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/solution",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiCreateCompetitionSolutionRequest,
    response=Empty,
)


CREATE_SUBMISSION = Method(
    service=_SERVICE,
    name="CreateSubmission",
    verb="POST",
    paths=("/api/v1/competitions/submissions/submit/{competition_name}",),
    scope="competitions.submit",
    resource=("competition_name",),
    consent="spends",
    request=ApiCreateSubmissionRequest,
    response=ApiCreateSubmissionResponse,
)


DELETE_COMPETITION_PAGE = Method(
    service=_SERVICE,
    name="DeleteCompetitionPage",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/pages/{page_name}/delete",),
    scope="competitions.update",
    resource=("competition_name",),
    consent="destroys",
    request=ApiDeleteCompetitionPageRequest,
    response=Empty,
)


DOWNLOAD_DATA_FILE = Method(
    service=_SERVICE,
    name="DownloadDataFile",
    verb="GET",
    paths=("/api/v1/competitions/data/download/{competition_name}/{file_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    request=ApiDownloadDataFileRequest,
    response=HttpRedirect,
)


DOWNLOAD_DATA_FILES = Method(
    service=_SERVICE,
    name="DownloadDataFiles",
    verb="GET",
    paths=("/api/v1/competitions/data/download-all/{competition_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    request=ApiDownloadDataFilesRequest,
    response=HttpRedirect,
)


DOWNLOAD_LEADERBOARD = Method(
    service=_SERVICE,
    name="DownloadLeaderboard",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/leaderboard/download",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiDownloadLeaderboardRequest,
    response=FileDownload,
)


DOWNLOAD_SUBMISSION = Method(
    service=_SERVICE,
    name="DownloadSubmission",
    verb="GET",
    paths=("/api/v1/competitions/submissions/download/{submission_id}",),
    scope="competitions.get",
    resource=("submission_id",),
    request=ApiDownloadSubmissionRequest,
    response=HttpRedirect,
)


GET_COMPETITION = Method(
    service=_SERVICE,
    name="GetCompetition",
    verb="GET",
    paths=("/api/v1/competitions/get/{competition_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiGetCompetitionRequest,
    response=ApiCompetition,
)


GET_COMPETITION_DATA_FILES_SUMMARY = Method(
    service=_SERVICE,
    name="GetCompetitionDataFilesSummary",
    verb="GET",
    paths=("/api/v1/competitions/data/summary/{competition_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiGetCompetitionDataFilesSummaryRequest,
    response=ApiFilesSummary,
)


GET_COMPETITION_SETTINGS = Method(
    service=_SERVICE,
    name="GetCompetitionSettings",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/settings",),
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiGetCompetitionSettingsRequest,
    response=CompetitionSettings,
)


GET_COMPETITION_SOLUTION_STATUS = Method(
    service=_SERVICE,
    name="GetCompetitionSolutionStatus",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/solution",),
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiGetCompetitionSolutionStatusRequest,
    response=ApiCompetitionSolutionStatus,
)


GET_EPISODE_AGENT_LOGS = Method(
    service=_SERVICE,
    name="GetEpisodeAgentLogs",
    verb="GET",
    paths=("/api/v1/competitions/episodes/{episode_id}/agents/{agent_index}/logs",),
    scope="competitions.get",
    resource=("episode_id",),
    request=ApiGetEpisodeAgentLogsRequest,
    response=FileDownload,
)


GET_EPISODE_REPLAY = Method(
    service=_SERVICE,
    name="GetEpisodeReplay",
    verb="GET",
    paths=("/api/v1/competitions/episodes/{episode_id}/replay",),
    scope="competitions.get",
    resource=("episode_id",),
    request=ApiGetEpisodeReplayRequest,
    response=FileDownload,
)


GET_LEADERBOARD = Method(
    service=_SERVICE,
    name="GetLeaderboard",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/leaderboard/view",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiGetLeaderboardRequest,
    response=ApiGetLeaderboardResponse,
)


GET_SUBMISSION = Method(
    service=_SERVICE,
    name="GetSubmission",
    verb="POST",
    paths=("/api/v1/competitions/submissions/get/{ref}",),
    scope="competitions.get",
    resource=("ref",),
    request=ApiGetSubmissionRequest,
    response=ApiSubmission,
)


GET_SUBMISSION_LIMITS = Method(
    service=_SERVICE,
    name="GetSubmissionLimits",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/submissions/limits",),
    scope=("competitions.get", "competitions.submit"),
    resource=("competition_name",),
    request=ApiGetSubmissionLimitsRequest,
    response=ApiSubmissionLimits,
)


LAUNCH_COMPETITION = Method(
    service=_SERVICE,
    name="LaunchCompetition",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/launch",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiLaunchCompetitionRequest,
    response=Empty,
)


LIST_COMPETITION_HOSTS = Method(
    service=_SERVICE,
    name="ListCompetitionHosts",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/hosts",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiListCompetitionHostsRequest,
    response=ApiListCompetitionHostsResponse,
)


LIST_COMPETITION_JUDGES = Method(
    service=_SERVICE,
    name="ListCompetitionJudges",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/judges",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiListCompetitionJudgesRequest,
    response=ApiListCompetitionJudgesResponse,
)


LIST_COMPETITION_PAGES = Method(
    service=_SERVICE,
    name="ListCompetitionPages",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/pages",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiListCompetitionPagesRequest,
    response=ApiListCompetitionPagesResponse,
)


LIST_COMPETITION_TOPICS = Method(
    service=_SERVICE,
    name="ListCompetitionTopics",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/topics",),
    scope=("competitions.get", "discussions.get"),
    resource=("competition_name",),
    anonymous=True,
    request=ApiListCompetitionTopicsRequest,
    response=ApiListCompetitionTopicsResponse,
)


LIST_COMPETITIONS = Method(
    service=_SERVICE,
    name="ListCompetitions",
    verb="GET",
    paths=("/api/v1/competitions/list",),
    scope="competitions.get",
    anonymous=True,
    request=ApiListCompetitionsRequest,
    response=ApiListCompetitionsResponse,
)


LIST_DATA_FILES = Method(
    service=_SERVICE,
    name="ListDataFiles",
    verb="GET",
    paths=("/api/v1/competitions/data/list/{competition_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiListDataFilesRequest,
    response=ApiListDataFilesResponse,
)


LIST_DATA_TREE_FILES = Method(
    service=_SERVICE,
    name="ListDataTreeFiles",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/data-tree/list/",),
    scope="competitions.get",
    resource=("competition_name",),
    anonymous=True,
    request=ApiListDataTreeFilesRequest,
    response=ApiDirectoryContent,
)


LIST_SUBMISSION_EPISODES = Method(
    service=_SERVICE,
    name="ListSubmissionEpisodes",
    verb="GET",
    paths=("/api/v1/competitions/submissions/{submission_id}/episodes",),
    scope="competitions.get",
    resource=("submission_id",),
    request=ApiListSubmissionEpisodesRequest,
    response=ApiListSubmissionEpisodesResponse,
)


LIST_SUBMISSIONS = Method(
    service=_SERVICE,
    name="ListSubmissions",
    verb="GET",
    paths=("/api/v1/competitions/submissions/list/{competition_name}",),
    scope="competitions.get",
    resource=("competition_name",),
    request=ApiListSubmissionsRequest,
    response=ApiListSubmissionsResponse,
)


LIST_TEAM_PUBLIC_SUBMISSIONS = Method(
    service=_SERVICE,
    name="ListTeamPublicSubmissions",
    verb="GET",
    paths=("/api/v1/competitions/teams/{team_id}/public-submissions",),
    scope="competitions.get",
    resource=("team_id",),
    anonymous=True,
    request=ApiListTeamPublicSubmissionsRequest,
    response=ApiListTeamPublicSubmissionsResponse,
)


LIST_TOPIC_MESSAGES = Method(
    service=_SERVICE,
    name="ListTopicMessages",
    verb="GET",
    paths=("/api/v1/competitions/{competition_name}/topics/{topic_id}/messages",),
    scope=("competitions.get", "discussions.get"),
    resource=("competition_name",),
    anonymous=True,
    request=ApiListTopicMessagesRequest,
    response=ApiListTopicMessagesResponse,
)


START_SUBMISSION_UPLOAD = Method(
    service=_SERVICE,
    name="StartSubmissionUpload",
    verb="POST",
    paths=("/api/v1/competitions/submission-url",),
    scope="competitions.submit",
    resource=("competition_name",),
    request=ApiStartSubmissionUploadRequest,
    response=ApiStartSubmissionUploadResponse,
)


UPDATE_COMPETITION_PAGE = Method(
    service=_SERVICE,
    name="UpdateCompetitionPage",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/pages/{page_name}/update",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiUpdateCompetitionPageRequest,
    response=ApiCompetitionPage,
)


UPDATE_COMPETITION_SETTINGS = Method(
    service=_SERVICE,
    name="UpdateCompetitionSettings",
    verb="POST",
    paths=("/api/v1/competitions/{competition_name}/settings/update",),
    body_field="*",
    scope="competitions.update",
    resource=("competition_name",),
    request=ApiUpdateCompetitionSettingsRequest,
    response=CompetitionSettings,
)

METHODS = (
    ADD_COMPETITION_HOST,
    ADD_COMPETITION_JUDGE,
    CREATE_CODE_SUBMISSION,
    CREATE_COMPETITION,
    CREATE_COMPETITION_DATA,
    CREATE_COMPETITION_PAGE,
    CREATE_COMPETITION_SAMPLE_SUBMISSION,
    CREATE_COMPETITION_SOLUTION,
    CREATE_SUBMISSION,
    DELETE_COMPETITION_PAGE,
    DOWNLOAD_DATA_FILE,
    DOWNLOAD_DATA_FILES,
    DOWNLOAD_LEADERBOARD,
    DOWNLOAD_SUBMISSION,
    GET_COMPETITION,
    GET_COMPETITION_DATA_FILES_SUMMARY,
    GET_COMPETITION_SETTINGS,
    GET_COMPETITION_SOLUTION_STATUS,
    GET_EPISODE_AGENT_LOGS,
    GET_EPISODE_REPLAY,
    GET_LEADERBOARD,
    GET_SUBMISSION,
    GET_SUBMISSION_LIMITS,
    LAUNCH_COMPETITION,
    LIST_COMPETITION_HOSTS,
    LIST_COMPETITION_JUDGES,
    LIST_COMPETITION_PAGES,
    LIST_COMPETITION_TOPICS,
    LIST_COMPETITIONS,
    LIST_DATA_FILES,
    LIST_DATA_TREE_FILES,
    LIST_SUBMISSION_EPISODES,
    LIST_SUBMISSIONS,
    LIST_TEAM_PUBLIC_SUBMISSIONS,
    LIST_TOPIC_MESSAGES,
    START_SUBMISSION_UPLOAD,
    UPDATE_COMPETITION_PAGE,
    UPDATE_COMPETITION_SETTINGS,
)
