"""METHODS: every method of the wire, the 152 of the SDK and Hello, declared in full or by name alone."""

from typing import Any, Final

from brant.contract import accounts, blobs, datasets, oauth
from brant.contract.method import Method, Verb

# Service, name, verb, REST paths, REST body. A row leaves this table when its method is declared in full.
# fmt: off
_BY_NAME_ALONE: Final[tuple[tuple[str, str, Verb, tuple[str, ...], str | None], ...]] = (
    # admin.InboxFileService
    ("admin.InboxFileService", "CreateInboxFile", "POST", ("/api/v1/inbox/files/create",), "*"),
    # agents.AgentExamService
    ("agents.AgentExamService", "CompleteAgentExamSubmission", "POST", ("/api/v1/agentExamSubmission/{submission_id}",), "*"),
    ("agents.AgentExamService", "CreateAgentExamAgent", "POST", ("/api/v1/agentExamAgent",), "*"),
    ("agents.AgentExamService", "CreateAgentExamSubmission", "POST", ("/api/v1/agentExamSubmission",), "*"),
    ("agents.AgentExamService", "GetAgentExamAgent", "GET", ("/api/v1/agentExamAgent/{agent_id}",), None),
    ("agents.AgentExamService", "GetAgentExamInsights", "GET", ("/api/v1/agentExam/Insights",), None),
    ("agents.AgentExamService", "GetAgentExamSubmission", "GET", ("/api/v1/agentExamSubmission/{submission_id}",), None),
    ("agents.AgentExamService", "ListTopAgentExamAgents", "GET", ("/api/v1/agentExam/TopAgents",), None),
    # agents.AgentsApiService
    ("agents.AgentsApiService", "CreateAgent", "POST", ("/api/v1/agents/create",), "*"),
    ("agents.AgentsApiService", "CreateHarness", "POST", ("/api/v1/agents/harnesses/create",), "*"),
    ("agents.AgentsApiService", "CreateHarnessVersion", "POST", ("/api/v1/agents/harnesses/versions/create",), "*"),
    ("agents.AgentsApiService", "GetAgent", "GET", ("/api/v1/agents/{id}",), None),
    ("agents.AgentsApiService", "GetHarness", "GET", ("/api/v1/agents/harnesses/{id}",), None),
    ("agents.AgentsApiService", "GetHarnessVersion", "GET", ("/api/v1/agents/harnesses/versions/{id}",), None),
    ("agents.AgentsApiService", "ListAgents", "GET", ("/api/v1/agents",), None),
    ("agents.AgentsApiService", "ListHarnesses", "GET", ("/api/v1/agents/harnesses",), None),
    # benchmarks.BenchmarkTasksApiService
    ("benchmarks.BenchmarkTasksApiService", "BatchScheduleBenchmarkTaskRuns", "POST", ("/api/v1/benchmarks/tasks/schedule",), "*"),
    ("benchmarks.BenchmarkTasksApiService", "CreateBenchmarkTask", "POST", ("/api/v1/benchmarks/tasks/push",), "*"),
    ("benchmarks.BenchmarkTasksApiService", "DownloadBenchmarkTaskRunOutput", "GET", ("/api/v1/benchmarks/tasks/runs/{run_id}/output",), None),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTask", "GET", ("/api/v1/benchmarks/tasks/{slug.task_slug}",), None),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTaskQuota", "GET", ("/api/v1/benchmarks/tasks/quota",), None),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTaskRunLogs", "GET", ("/api/v1/benchmarks/tasks/runs/{run_id}/logs",), None),
    ("benchmarks.BenchmarkTasksApiService", "ListBenchmarkTaskRuns", "GET", ("/api/v1/benchmarks/tasks/runs/list",), None),
    ("benchmarks.BenchmarkTasksApiService", "ListBenchmarkTasks", "GET", ("/api/v1/benchmarks/tasks/list",), None),
    ("benchmarks.BenchmarkTasksApiService", "PublishBenchmarkTask", "POST", ("/api/v1/benchmarks/tasks/{slug.task_slug}/publish",), "*"),
    # benchmarks.BenchmarksApiService
    ("benchmarks.BenchmarksApiService", "CreateBenchmarkModelVersionConfig", "POST", ("/api/v1/benchmarks/models/versions/configs/create",), "*"),
    ("benchmarks.BenchmarksApiService", "CreateBenchmarkVersionAgentMappings", "POST", ("/api/v1/benchmarks/versions/agent-mappings/create",), "*"),
    ("benchmarks.BenchmarksApiService", "DeleteBenchmarkVersionAgentMappings", "POST", ("/api/v1/benchmarks/versions/agent-mappings/delete",), "*"),
    ("benchmarks.BenchmarksApiService", "GetBenchmarkLeaderboard", "GET", ("/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/versions/{version_number}/leaderboard", "/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/leaderboard",), None),
    ("benchmarks.BenchmarksApiService", "GetBenchmarkModelVersionConfig", "GET", ("/api/v1/benchmarks/models/versions/configs/{id}",), None),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkModelVersionConfigs", "GET", ("/api/v1/benchmarks/models/versions/configs/list",), None),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkModels", "GET", ("/api/v1/benchmarks/models",), None),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkVersionAgentMappings", "GET", ("/api/v1/benchmarks/versions/agent-mappings/list",), None),
    # common.OperationsService
    ("common.OperationsService", "GetOperation", "POST", ("/api/v1/operations/get",), "*"),
    # competitions.CompetitionApiService
    ("competitions.CompetitionApiService", "AddCompetitionHost", "POST", ("/api/v1/competitions/{competition_name}/hosts",), "*"),
    ("competitions.CompetitionApiService", "AddCompetitionJudge", "POST", ("/api/v1/competitions/{competition_name}/judges",), "*"),
    ("competitions.CompetitionApiService", "CreateCodeSubmission", "POST", ("/api/v1/competitions/submissions/submit-notebook/{competition_name}",), None),
    ("competitions.CompetitionApiService", "CreateCompetition", "POST", ("/api/v1/competitions",), "*"),
    ("competitions.CompetitionApiService", "CreateCompetitionData", "POST", ("/api/v1/competitions/{competition_name}/data",), "*"),
    ("competitions.CompetitionApiService", "CreateCompetitionPage", "POST", ("/api/v1/competitions/{competition_name}/pages",), "*"),
    ("competitions.CompetitionApiService", "CreateCompetitionSampleSubmission", "POST", ("/api/v1/competitions/{competition_name}/sample-submission",), "*"),
    ("competitions.CompetitionApiService", "CreateCompetitionSolution", "POST", ("/api/v1/competitions/{competition_name}/solution",), "*"),
    ("competitions.CompetitionApiService", "CreateSubmission", "POST", ("/api/v1/competitions/submissions/submit/{competition_name}",), None),
    ("competitions.CompetitionApiService", "DeleteCompetitionPage", "POST", ("/api/v1/competitions/{competition_name}/pages/{page_name}/delete",), None),
    ("competitions.CompetitionApiService", "DownloadDataFile", "GET", ("/api/v1/competitions/data/download/{competition_name}/{file_name}",), None),
    ("competitions.CompetitionApiService", "DownloadDataFiles", "GET", ("/api/v1/competitions/data/download-all/{competition_name}",), None),
    ("competitions.CompetitionApiService", "DownloadLeaderboard", "GET", ("/api/v1/competitions/{competition_name}/leaderboard/download",), None),
    ("competitions.CompetitionApiService", "DownloadSubmission", "GET", ("/api/v1/competitions/submissions/download/{submission_id}",), None),
    ("competitions.CompetitionApiService", "GetCompetition", "GET", ("/api/v1/competitions/get/{competition_name}",), None),
    ("competitions.CompetitionApiService", "GetCompetitionDataFilesSummary", "GET", ("/api/v1/competitions/data/summary/{competition_name}",), None),
    ("competitions.CompetitionApiService", "GetCompetitionSettings", "GET", ("/api/v1/competitions/{competition_name}/settings",), None),
    ("competitions.CompetitionApiService", "GetCompetitionSolutionStatus", "GET", ("/api/v1/competitions/{competition_name}/solution",), None),
    ("competitions.CompetitionApiService", "GetEpisodeAgentLogs", "GET", ("/api/v1/competitions/episodes/{episode_id}/agents/{agent_index}/logs",), None),
    ("competitions.CompetitionApiService", "GetEpisodeReplay", "GET", ("/api/v1/competitions/episodes/{episode_id}/replay",), None),
    ("competitions.CompetitionApiService", "GetLeaderboard", "GET", ("/api/v1/competitions/{competition_name}/leaderboard/view",), None),
    ("competitions.CompetitionApiService", "GetSubmission", "POST", ("/api/v1/competitions/submissions/get/{ref}",), None),
    ("competitions.CompetitionApiService", "GetSubmissionLimits", "GET", ("/api/v1/competitions/{competition_name}/submissions/limits",), None),
    ("competitions.CompetitionApiService", "LaunchCompetition", "POST", ("/api/v1/competitions/{competition_name}/launch",), "*"),
    ("competitions.CompetitionApiService", "ListCompetitionHosts", "GET", ("/api/v1/competitions/{competition_name}/hosts",), None),
    ("competitions.CompetitionApiService", "ListCompetitionJudges", "GET", ("/api/v1/competitions/{competition_name}/judges",), None),
    ("competitions.CompetitionApiService", "ListCompetitionPages", "GET", ("/api/v1/competitions/{competition_name}/pages",), None),
    ("competitions.CompetitionApiService", "ListCompetitionTopics", "GET", ("/api/v1/competitions/{competition_name}/topics",), None),
    ("competitions.CompetitionApiService", "ListCompetitions", "GET", ("/api/v1/competitions/list",), None),
    ("competitions.CompetitionApiService", "ListDataFiles", "GET", ("/api/v1/competitions/data/list/{competition_name}",), None),
    ("competitions.CompetitionApiService", "ListDataTreeFiles", "GET", ("/api/v1/competitions/{competition_name}/data-tree/list/",), None),
    ("competitions.CompetitionApiService", "ListSubmissionEpisodes", "GET", ("/api/v1/competitions/submissions/{submission_id}/episodes",), None),
    ("competitions.CompetitionApiService", "ListSubmissions", "GET", ("/api/v1/competitions/submissions/list/{competition_name}",), None),
    ("competitions.CompetitionApiService", "ListTeamPublicSubmissions", "GET", ("/api/v1/competitions/teams/{team_id}/public-submissions",), None),
    ("competitions.CompetitionApiService", "ListTopicMessages", "GET", ("/api/v1/competitions/{competition_name}/topics/{topic_id}/messages",), None),
    ("competitions.CompetitionApiService", "StartSubmissionUpload", "POST", ("/api/v1/competitions/submission-url",), None),
    ("competitions.CompetitionApiService", "UpdateCompetitionPage", "POST", ("/api/v1/competitions/{competition_name}/pages/{page_name}/update",), "*"),
    ("competitions.CompetitionApiService", "UpdateCompetitionSettings", "POST", ("/api/v1/competitions/{competition_name}/settings/update",), "*"),
    # competitions.HackathonApiService
    ("competitions.HackathonApiService", "ExportHackathonWriteUpsCsv", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups-csv",), None),
    ("competitions.HackathonApiService", "GetHackathonOverview", "GET", ("/api/v1/competitions/{competition_name}/hackathon-overview",), None),
    ("competitions.HackathonApiService", "GetHackathonWriteUp", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups/{hackathon_write_up_id}",), None),
    ("competitions.HackathonApiService", "ListHackathonTracks", "GET", ("/api/v1/competitions/{competition_name}/hackathon-tracks",), None),
    ("competitions.HackathonApiService", "ListHackathonWriteUps", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups",), None),
    # competitions.HackathonService
    ("competitions.HackathonService", "ExportEnrichedHackathonWriteUpsCsv", "GET", ("/api/v1/competitions/{competition_name}/enriched-hackathon-write-ups-csv",), None),
    # discussions.DiscussionApiService
    ("discussions.DiscussionApiService", "GetTopic", "GET", ("/api/v1/discussions/{id}/get",), None),
    ("discussions.DiscussionApiService", "ListBenchmarkTopics", "GET", ("/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/topics/list",), None),
    ("discussions.DiscussionApiService", "ListComments", "GET", ("/api/v1/discussions/{topic_id}/comments",), None),
    ("discussions.DiscussionApiService", "ListDatasetTopics", "GET", ("/api/v1/datasets/{owner_slug}/{dataset_slug}/topics/list",), None),
    ("discussions.DiscussionApiService", "ListForums", "GET", ("/api/v1/discussions/forums/list",), None),
    ("discussions.DiscussionApiService", "ListKernelTopics", "GET", ("/api/v1/kernels/{owner_slug}/{kernel_slug}/topics/list",), None),
    ("discussions.DiscussionApiService", "ListModelTopics", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/topics/list",), None),
    ("discussions.DiscussionApiService", "ListTopics", "GET", ("/api/v1/discussions/topics/list",), None),
    # discussions.WriteUpsApiService
    ("discussions.WriteUpsApiService", "GetResolvedWriteUpLinks", "GET", ("/api/v1/writeups/{write_up_id}/resolved-links",), None),
    # education.EducationApiService
    ("education.EducationApiService", "TrackExerciseInteraction", "POST", ("/api/v1/learn/track",), "*"),
    # kernels.KernelsApiService
    ("kernels.KernelsApiService", "CancelKernelSession", "GET", ("/api/v1/kernels/cancel-session/{kernel_session_id}",), None),
    ("kernels.KernelsApiService", "CreateKernelSession", "GET", ("/api/v1/kernels/create-session/{slug}",), None),
    ("kernels.KernelsApiService", "DeleteKernel", "GET", ("/api/v1/kernels/delete/{user_name}/{kernel_slug}",), None),
    ("kernels.KernelsApiService", "DownloadKernelOutput", "GET", ("/api/v1/kernels/output/download/{owner_slug}/{kernel_slug}/{file_path}", "/api/v1/kernels/output/download/{owner_slug}/{kernel_slug}",), None),
    ("kernels.KernelsApiService", "DownloadKernelOutputZip", "GET", ("/api/v1/kernels/output/download_zip/{kernel_session_id}",), None),
    ("kernels.KernelsApiService", "GetAcceleratorQuotaStatistics", "GET", ("/api/v1/kernels/quota",), None),
    ("kernels.KernelsApiService", "GetKernel", "GET", ("/api/v1/kernels/pull",), None),
    ("kernels.KernelsApiService", "GetKernelSessionLogsStream", "GET", ("Custom endpoint required",), None),
    ("kernels.KernelsApiService", "GetKernelSessionStatus", "GET", ("/api/v1/kernels/status",), None),
    ("kernels.KernelsApiService", "ListKernelFiles", "GET", ("/api/v1/kernels/files",), None),
    ("kernels.KernelsApiService", "ListKernelSessionOutput", "GET", ("/api/v1/kernels/output",), None),
    ("kernels.KernelsApiService", "ListKernels", "GET", ("/api/v1/kernels/list",), None),
    ("kernels.KernelsApiService", "SaveKernel", "POST", ("/api/v1/kernels/push",), "*"),
    # models.ModelApiService
    ("models.ModelApiService", "CreateModel", "POST", ("/api/v1/models/create/new",), "*"),
    ("models.ModelApiService", "CreateModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/create/instance",), "body"),
    ("models.ModelApiService", "CreateModelInstanceVersion", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/create/version",), "body"),
    ("models.ModelApiService", "CreateModelSigningToken", "POST", ("/api/v1/models/signing/token",), "*"),
    ("models.ModelApiService", "DeleteModel", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/delete",), None),
    ("models.ModelApiService", "DeleteModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/delete",), None),
    ("models.ModelApiService", "DeleteModelInstanceVersion", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/delete",), None),
    ("models.ModelApiService", "DownloadModelInstanceVersion", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/download/{path}", "/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/download",), None),
    ("models.ModelApiService", "GetModel", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/get",), None),
    ("models.ModelApiService", "GetModelInstance", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/get",), None),
    ("models.ModelApiService", "Keys", "GET", ("/api/v1/models/signing/keys",), None),
    ("models.ModelApiService", "ListModelGatingUserConsents", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/user-consents",), None),
    ("models.ModelApiService", "ListModelInstanceVersionFiles", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/files", "/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/files",), None),
    ("models.ModelApiService", "ListModelInstanceVersions", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/list",), None),
    ("models.ModelApiService", "ListModelInstances", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/list",), None),
    ("models.ModelApiService", "ListModels", "GET", ("/api/v1/models/list",), None),
    ("models.ModelApiService", "ReviewModelGatingUserConsent", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/user-consents/review",), "*"),
    ("models.ModelApiService", "UpdateModel", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/update",), "*"),
    ("models.ModelApiService", "UpdateModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/update",), "*"),
    ("models.ModelApiService", "UploadModelFile", "POST", ("/api/v1/models/upload/file/{content_length}/{last_modified_epoch_seconds}",), None),
    ("models.ModelApiService", "WellKnowEndpoint", "GET", ("/api/v1/models/signing/.well-known/openid-configuration",), None),
    # models.ModelProxyApiService
    ("models.ModelProxyApiService", "CreateDefaultModelProxyToken", "POST", ("/api/v1/models/proxy/token",), "*"),
    ("models.ModelProxyApiService", "GetModelProxyQuotas", "GET", ("/api/v1/models/proxy/quota",), None),
    # models.ModelService
    ("models.ModelService", "GetModelMetrics", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/metrics",), None),
    # search.SearchApiService
    ("search.SearchApiService", "ListEntities", "GET", ("/api/v1/search/list-entities",), None),
    # security.IamService
    ("security.IamService", "GetIamPolicy", "GET", ("/api/v1/iam/get/{resource_id}",), None),
    ("security.IamService", "SetIamPolicy", "POST", ("/api/v1/iam/set/{resource_id}/{policy}",), "*"),
    # users.GroupApiService
    ("users.GroupApiService", "ListSynchronizedGroupMemberships", "GET", ("/api/v1/sync_groups/{group_slug}/members",), None),
    ("users.GroupApiService", "ListUserManagedGroupMemberships", "GET", ("/api/v1/groups/{group_slug}/members",), None),
)
# fmt: on

METHODS: Final[tuple[Method[Any, Any], ...]] = (
    *accounts.METHODS,
    *oauth.METHODS,
    *blobs.METHODS,
    *datasets.METHODS,
    *(
        Method(service=service, name=name, verb=verb, paths=paths, body_field=body)
        for service, name, verb, paths, body in _BY_NAME_ALONE
    ),
)
