"""METHODS: every method of the wire, the 152 of the SDK and Hello, declared in full or by name alone."""

from typing import Any, Final

from brant.contract import accounts, blobs, competitions, datasets, oauth
from brant.contract.method import Method, Verb

_Row = tuple[str, str, Verb, tuple[str, ...], str | None, str | tuple[str, ...] | None, bool]

# What may begin something that takes its time, and so may ask how far it has come.
_BEGINS: Final = (
    "datasets.update",
    "models.create",
    "models.update",
    "kernels.update",
    "competitions.submit",
    "competitions.update",
    "benchmarks.update",
    "agents.update",
    "files.update",
)

# Service, name, verb, REST paths, REST body, scope, whether anybody may call.
# The verb does not say what is changed (DeleteKernel is a GET), and what hosts alone see takes more than a get.
# A row leaves this table when its method is declared in full.
# fmt: off
_BY_NAME_ALONE: Final[tuple[_Row, ...]] = (
    # admin.InboxFileService
    ("admin.InboxFileService", "CreateInboxFile", "POST", ("/api/v1/inbox/files/create",), "*", "files.update", False),
    # agents.AgentExamService
    ("agents.AgentExamService", "CompleteAgentExamSubmission", "POST", ("/api/v1/agentExamSubmission/{submission_id}",), "*", "agents.update", False),
    ("agents.AgentExamService", "CreateAgentExamAgent", "POST", ("/api/v1/agentExamAgent",), "*", "agents.update", False),
    ("agents.AgentExamService", "CreateAgentExamSubmission", "POST", ("/api/v1/agentExamSubmission",), "*", "agents.update", False),
    ("agents.AgentExamService", "GetAgentExamAgent", "GET", ("/api/v1/agentExamAgent/{agent_id}",), None, "agents.get", False),
    ("agents.AgentExamService", "GetAgentExamInsights", "GET", ("/api/v1/agentExam/Insights",), None, "agents.get", True),
    ("agents.AgentExamService", "GetAgentExamSubmission", "GET", ("/api/v1/agentExamSubmission/{submission_id}",), None, "agents.get", False),
    ("agents.AgentExamService", "ListTopAgentExamAgents", "GET", ("/api/v1/agentExam/TopAgents",), None, "agents.get", True),
    # agents.AgentsApiService
    ("agents.AgentsApiService", "CreateAgent", "POST", ("/api/v1/agents/create",), "*", "agents.update", False),
    ("agents.AgentsApiService", "CreateHarness", "POST", ("/api/v1/agents/harnesses/create",), "*", "agents.update", False),
    ("agents.AgentsApiService", "CreateHarnessVersion", "POST", ("/api/v1/agents/harnesses/versions/create",), "*", "agents.update", False),
    ("agents.AgentsApiService", "GetAgent", "GET", ("/api/v1/agents/{id}",), None, "agents.get", False),
    ("agents.AgentsApiService", "GetHarness", "GET", ("/api/v1/agents/harnesses/{id}",), None, "agents.get", False),
    ("agents.AgentsApiService", "GetHarnessVersion", "GET", ("/api/v1/agents/harnesses/versions/{id}",), None, "agents.get", False),
    ("agents.AgentsApiService", "ListAgents", "GET", ("/api/v1/agents",), None, "agents.get", False),
    ("agents.AgentsApiService", "ListHarnesses", "GET", ("/api/v1/agents/harnesses",), None, "agents.get", False),
    # benchmarks.BenchmarkTasksApiService
    ("benchmarks.BenchmarkTasksApiService", "BatchScheduleBenchmarkTaskRuns", "POST", ("/api/v1/benchmarks/tasks/schedule",), "*", "benchmarks.update", False),
    ("benchmarks.BenchmarkTasksApiService", "CreateBenchmarkTask", "POST", ("/api/v1/benchmarks/tasks/push",), "*", "benchmarks.update", False),
    ("benchmarks.BenchmarkTasksApiService", "DownloadBenchmarkTaskRunOutput", "GET", ("/api/v1/benchmarks/tasks/runs/{run_id}/output",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTask", "GET", ("/api/v1/benchmarks/tasks/{slug.task_slug}",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTaskQuota", "GET", ("/api/v1/benchmarks/tasks/quota",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "GetBenchmarkTaskRunLogs", "GET", ("/api/v1/benchmarks/tasks/runs/{run_id}/logs",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "ListBenchmarkTaskRuns", "GET", ("/api/v1/benchmarks/tasks/runs/list",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "ListBenchmarkTasks", "GET", ("/api/v1/benchmarks/tasks/list",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarkTasksApiService", "PublishBenchmarkTask", "POST", ("/api/v1/benchmarks/tasks/{slug.task_slug}/publish",), "*", "benchmarks.update", False),
    # benchmarks.BenchmarksApiService
    ("benchmarks.BenchmarksApiService", "CreateBenchmarkModelVersionConfig", "POST", ("/api/v1/benchmarks/models/versions/configs/create",), "*", "benchmarks.update", False),
    ("benchmarks.BenchmarksApiService", "CreateBenchmarkVersionAgentMappings", "POST", ("/api/v1/benchmarks/versions/agent-mappings/create",), "*", "benchmarks.update", False),
    ("benchmarks.BenchmarksApiService", "DeleteBenchmarkVersionAgentMappings", "POST", ("/api/v1/benchmarks/versions/agent-mappings/delete",), "*", "benchmarks.update", False),
    ("benchmarks.BenchmarksApiService", "GetBenchmarkLeaderboard", "GET", ("/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/versions/{version_number}/leaderboard", "/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/leaderboard",), None, "benchmarks.get", True),
    ("benchmarks.BenchmarksApiService", "GetBenchmarkModelVersionConfig", "GET", ("/api/v1/benchmarks/models/versions/configs/{id}",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkModelVersionConfigs", "GET", ("/api/v1/benchmarks/models/versions/configs/list",), None, "benchmarks.get", False),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkModels", "GET", ("/api/v1/benchmarks/models",), None, "benchmarks.get", True),
    ("benchmarks.BenchmarksApiService", "ListBenchmarkVersionAgentMappings", "GET", ("/api/v1/benchmarks/versions/agent-mappings/list",), None, "benchmarks.get", False),
    # common.OperationsService
    ("common.OperationsService", "GetOperation", "POST", ("/api/v1/operations/get",), "*", _BEGINS, False),
    # competitions.HackathonApiService
    ("competitions.HackathonApiService", "ExportHackathonWriteUpsCsv", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups-csv",), None, "competitions.update", False),
    ("competitions.HackathonApiService", "GetHackathonOverview", "GET", ("/api/v1/competitions/{competition_name}/hackathon-overview",), None, "competitions.get", True),
    ("competitions.HackathonApiService", "GetHackathonWriteUp", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups/{hackathon_write_up_id}",), None, "competitions.get", True),
    ("competitions.HackathonApiService", "ListHackathonTracks", "GET", ("/api/v1/competitions/{competition_name}/hackathon-tracks",), None, "competitions.get", True),
    ("competitions.HackathonApiService", "ListHackathonWriteUps", "GET", ("/api/v1/competitions/{competition_name}/hackathon-write-ups",), None, "competitions.get", True),
    # competitions.HackathonService
    ("competitions.HackathonService", "ExportEnrichedHackathonWriteUpsCsv", "GET", ("/api/v1/competitions/{competition_name}/enriched-hackathon-write-ups-csv",), None, "competitions.update", False),
    # discussions.DiscussionApiService
    ("discussions.DiscussionApiService", "GetTopic", "GET", ("/api/v1/discussions/{id}/get",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListBenchmarkTopics", "GET", ("/api/v1/benchmarks/{owner_slug}/{benchmark_slug}/topics/list",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListComments", "GET", ("/api/v1/discussions/{topic_id}/comments",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListDatasetTopics", "GET", ("/api/v1/datasets/{owner_slug}/{dataset_slug}/topics/list",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListForums", "GET", ("/api/v1/discussions/forums/list",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListKernelTopics", "GET", ("/api/v1/kernels/{owner_slug}/{kernel_slug}/topics/list",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListModelTopics", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/topics/list",), None, "discussions.get", True),
    ("discussions.DiscussionApiService", "ListTopics", "GET", ("/api/v1/discussions/topics/list",), None, "discussions.get", True),
    # discussions.WriteUpsApiService
    ("discussions.WriteUpsApiService", "GetResolvedWriteUpLinks", "GET", ("/api/v1/writeups/{write_up_id}/resolved-links",), None, "discussions.get", True),
    # education.EducationApiService
    ("education.EducationApiService", "TrackExerciseInteraction", "POST", ("/api/v1/learn/track",), "*", "account.update", False),
    # kernels.KernelsApiService
    ("kernels.KernelsApiService", "CancelKernelSession", "GET", ("/api/v1/kernels/cancel-session/{kernel_session_id}",), None, "kernels.update", False),
    ("kernels.KernelsApiService", "CreateKernelSession", "GET", ("/api/v1/kernels/create-session/{slug}",), None, "kernels.update", False),
    ("kernels.KernelsApiService", "DeleteKernel", "GET", ("/api/v1/kernels/delete/{user_name}/{kernel_slug}",), None, "kernels.update", False),
    ("kernels.KernelsApiService", "DownloadKernelOutput", "GET", ("/api/v1/kernels/output/download/{owner_slug}/{kernel_slug}/{file_path}", "/api/v1/kernels/output/download/{owner_slug}/{kernel_slug}",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "DownloadKernelOutputZip", "GET", ("/api/v1/kernels/output/download_zip/{kernel_session_id}",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "GetAcceleratorQuotaStatistics", "GET", ("/api/v1/kernels/quota",), None, "kernels.get", False),
    ("kernels.KernelsApiService", "GetKernel", "GET", ("/api/v1/kernels/pull",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "GetKernelSessionLogsStream", "GET", ("Custom endpoint required",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "GetKernelSessionStatus", "GET", ("/api/v1/kernels/status",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "ListKernelFiles", "GET", ("/api/v1/kernels/files",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "ListKernelSessionOutput", "GET", ("/api/v1/kernels/output",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "ListKernels", "GET", ("/api/v1/kernels/list",), None, "kernels.get", True),
    ("kernels.KernelsApiService", "SaveKernel", "POST", ("/api/v1/kernels/push",), "*", "kernels.update", False),
    # models.ModelApiService
    ("models.ModelApiService", "CreateModel", "POST", ("/api/v1/models/create/new",), "*", "models.create", False),
    ("models.ModelApiService", "CreateModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/create/instance",), "body", ("models.create", "models.update"), False),
    ("models.ModelApiService", "CreateModelInstanceVersion", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/create/version",), "body", "models.update", False),
    ("models.ModelApiService", "CreateModelSigningToken", "POST", ("/api/v1/models/signing/token",), "*", "models.update", False),
    ("models.ModelApiService", "DeleteModel", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/delete",), None, "models.update", False),
    ("models.ModelApiService", "DeleteModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/delete",), None, "models.update", False),
    ("models.ModelApiService", "DeleteModelInstanceVersion", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/delete",), None, "models.update", False),
    ("models.ModelApiService", "DownloadModelInstanceVersion", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/download/{path}", "/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/download",), None, "models.get", True),
    ("models.ModelApiService", "GetModel", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/get",), None, "models.get", True),
    ("models.ModelApiService", "GetModelInstance", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/get",), None, "models.get", True),
    ("models.ModelApiService", "Keys", "GET", ("/api/v1/models/signing/keys",), None, None, True),
    ("models.ModelApiService", "ListModelGatingUserConsents", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/user-consents",), None, "sharing.get", False),
    ("models.ModelApiService", "ListModelInstanceVersionFiles", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/{version_number}/files", "/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/files",), None, "models.get", True),
    ("models.ModelApiService", "ListModelInstanceVersions", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/list",), None, "models.get", True),
    ("models.ModelApiService", "ListModelInstances", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/list",), None, "models.get", True),
    ("models.ModelApiService", "ListModels", "GET", ("/api/v1/models/list",), None, "models.get", True),
    ("models.ModelApiService", "ReviewModelGatingUserConsent", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/user-consents/review",), "*", "sharing.update", False),
    ("models.ModelApiService", "UpdateModel", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/update",), "*", "models.update", False),
    ("models.ModelApiService", "UpdateModelInstance", "POST", ("/api/v1/models/{owner_slug}/{model_slug}/{framework}/{instance_slug}/update",), "*", "models.update", False),
    ("models.ModelApiService", "UploadModelFile", "POST", ("/api/v1/models/upload/file/{content_length}/{last_modified_epoch_seconds}",), None, ("models.create", "models.update"), False),
    ("models.ModelApiService", "WellKnowEndpoint", "GET", ("/api/v1/models/signing/.well-known/openid-configuration",), None, None, True),
    # models.ModelProxyApiService
    ("models.ModelProxyApiService", "CreateDefaultModelProxyToken", "POST", ("/api/v1/models/proxy/token",), "*", "benchmarks.update", False),
    ("models.ModelProxyApiService", "GetModelProxyQuotas", "GET", ("/api/v1/models/proxy/quota",), None, "benchmarks.get", False),
    # models.ModelService
    ("models.ModelService", "GetModelMetrics", "GET", ("/api/v1/models/{owner_slug}/{model_slug}/metrics",), None, "models.get", True),
    # search.SearchApiService
    ("search.SearchApiService", "ListEntities", "GET", ("/api/v1/search/list-entities",), None, "resources.viewer", True),
    # security.IamService
    ("security.IamService", "GetIamPolicy", "GET", ("/api/v1/iam/get/{resource_id}",), None, "sharing.get", False),
    ("security.IamService", "SetIamPolicy", "POST", ("/api/v1/iam/set/{resource_id}/{policy}",), "*", "sharing.update", False),
    # users.GroupApiService
    ("users.GroupApiService", "ListSynchronizedGroupMemberships", "GET", ("/api/v1/sync_groups/{group_slug}/members",), None, "groups.get", False),
    ("users.GroupApiService", "ListUserManagedGroupMemberships", "GET", ("/api/v1/groups/{group_slug}/members",), None, "groups.get", False),
)
# fmt: on

METHODS: Final[tuple[Method[Any, Any], ...]] = (
    *accounts.METHODS,
    *oauth.METHODS,
    *blobs.METHODS,
    *datasets.METHODS,
    *competitions.METHODS,
    *(
        Method(
            service=service,
            name=name,
            verb=verb,
            paths=paths,
            body_field=body,
            scope=scope,
            anonymous=anonymous,
        )
        for service, name, verb, paths, body, scope, anonymous in _BY_NAME_ALONE
    ),
)
