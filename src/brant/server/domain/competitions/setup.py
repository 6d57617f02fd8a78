"""Setup: what a host sets that no official call can: the metric, the split, the limits."""

import json
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    ListMetricsRequest,
    ListMetricsResponse,
    Metric,
    MetricParameter,
    RescoreCompetitionResponse,
    UpdateCompetitionSetupRequest,
)
from brant.errors import Conflict, InvalidInput
from brant.server.domain.actor import Context
from brant.server.domain.blobs.upload_tokens import find_complete, use_up
from brant.server.domain.competitions import rules
from brant.server.domain.competitions.permissions import find_competition, require_host
from brant.server.domain.competitions.rescoring import begin_revision, rescore_all, retry_held
from brant.server.domain.competitions.selection import leave_surplus
from brant.server.domain.competitions.standings import recompute_all
from brant.server.scoring.catalogue import METRICS, MetricInfo, check_parameters
from brant.server.store.database import Database
from brant.server.store.tables import competitions, submissions

CUSTOM: Final = "custom"
_LONGEST_CODE: Final = 2**20
_TOLD: Final = frozenset({"revision", "held_submissions", "host_error"})
_TAKEN: Final = tuple(name for name in CompetitionSetup.__struct_fields__ if name not in _TOLD)
_METRIC: Final = frozenset({"metric", "metric_parameters", "metric_token", "higher_is_better"})
# What scores are made of: every score is out of date when one of these columns changes.
_SCORED_BY: Final = frozenset(
    {
        "metric",
        "metric_parameters",
        "metric_sha256",
        "higher_is_better",
        "row_id_column",
        "public_percent",
        "split_seed",
    }
)
# What places on the boards follow from, beside the scores.
_PLACED_BY: Final = frozenset({"higher_is_better", "max_selected"})


class Setup:
    """What a host sets that no official call can: the metric, the split, the limits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_metrics(self, context: Context, request: ListMetricsRequest) -> ListMetricsResponse:  # noqa: ARG002
        """Those that are built in, by name; beside them a host can give code of their own."""
        return ListMetricsResponse(metrics=[_metric(info) for _, info in sorted(METRICS.items())])

    def get(self, context: Context, request: CompetitionRequest) -> CompetitionSetup:
        """Everything that is set, and what keeps submissions from being scored."""
        with self._db.read() as connection:
            return _shown(
                connection, self._hosted(connection, context, request.competition_name, "see the setup of")
            )

    def update(self, context: Context, request: UpdateCompetitionSetupRequest) -> CompetitionSetup:
        """Changes what the mask names; where scores are made otherwise from then on, all are made anew."""
        given = request.setup or CompetitionSetup()
        masked = _masked(request, given)
        values = _simple(given, masked)
        with self._db.write(durable=True) as connection:
            competition = self._hosted(connection, context, request.competition_name, "set up")
            if masked & _METRIC:
                values |= _of_metric(connection, context, competition, given, masked)
            if values:
                connection.execute(
                    sa.update(competitions).where(competitions.c.id == competition.id).values(values)
                )
            changed = {name for name, value in values.items() if value != getattr(competition, name)}
            if "max_selected" in changed:
                within = submissions.c.competition_id == competition.id
                leave_surplus(connection, within, values["max_selected"])
            if changed & _PLACED_BY:
                recompute_all(connection, competition.id)
            if changed & _SCORED_BY:
                begin_revision(connection, competition.id, context.now)
            elif values.get("scoring_seconds", 0) > competition.scoring_seconds:
                retry_held(connection, competition.id, context.now)
            return _shown(connection, self._hosted(connection, context, competition.slug, "set up"))

    def rescore(self, context: Context, request: CompetitionRequest) -> RescoreCompetitionResponse:
        """Checks the solution and scores every submission again, those in error as well."""
        with self._db.write(durable=True) as connection:
            competition = self._hosted(connection, context, request.competition_name, "rescore")
            if not competition.metric or competition.solution_sha256 is None:
                raise Conflict(f"{competition.slug} needs a metric and a solution before it can be scored")
            return RescoreCompetitionResponse(
                submissions=rescore_all(connection, competition.id, context.now)
            )

    def _hosted(self, connection: Connection, context: Context, name: str, deed: str) -> Any:
        competition = find_competition(connection, context.caller, name, context.now)
        require_host(connection, context.caller, competition, deed)
        return competition


def _masked(request: UpdateCompetitionSetupRequest, given: CompetitionSetup) -> frozenset[str]:
    if request.update_mask is None:
        empty = CompetitionSetup()
        return frozenset(name for name in _TAKEN if getattr(given, name) != getattr(empty, name))
    strange = request.update_mask.fields - set(_TAKEN)
    if strange:
        raise InvalidInput(f"{min(strange)[:60]!r} cannot be set: name some of {', '.join(_TAKEN)}")
    return request.update_mask.fields


def _simple(given: CompetitionSetup, masked: frozenset[str]) -> dict[str, Any]:
    """The columns that are checked each by itself."""
    values: dict[str, Any] = {
        name: rules.count(name, getattr(given, name), least=limit.least, most=limit.most)
        for name, limit in rules.LIMITS.items()
        if name in masked
    }
    if values.get("max_total_submissions") == 0:
        values["max_total_submissions"] = None
    if "row_id_column" in masked:
        values["row_id_column"] = rules.column("rowIdColumn", given.row_id_column)
    if "split_seed" in masked:
        values["split_seed"] = rules.count("splitSeed", given.split_seed, least=0)
    return values


def _of_metric(
    connection: Connection,
    context: Context,
    competition: Any,
    given: CompetitionSetup,
    masked: frozenset[str],
) -> dict[str, Any]:
    """The metric with all that belongs to it. Raises InvalidInput for what it cannot be."""
    name = given.metric.strip() if "metric" in masked else competition.metric
    if not name and not competition.metric and not (given.metric_token or given.metric_parameters):
        return {}  # a form that says nothing of a metric yet
    if name != CUSTOM and name not in METRICS:
        raise InvalidInput(
            f"there is no metric {name[:60]!r}: choose one of {', '.join(sorted(METRICS))}, "
            f"or {CUSTOM} with a Python file"
        )
    parameters = _parameters(competition, given, masked, name)
    values: dict[str, Any] = {"metric": name, "metric_parameters": json.dumps(parameters, sort_keys=True)}
    if name == CUSTOM:
        if parameters:
            raise InvalidInput(f"the metric {CUSTOM} takes no parameters: write them into its code")
        return values | _of_custom(connection, context, competition, given, masked)
    if "metric_token" in masked and given.metric_token:
        raise InvalidInput(f"code is for the metric {CUSTOM}: leave it out with {name}")
    check_parameters(name, parameters)
    direction = METRICS[name].higher_is_better
    if "higher_is_better" in masked and given.higher_is_better != direction:
        words = "higher" if direction else "lower"
        raise InvalidInput(f"with {name}, {words} is better: leave the direction out")
    return values | {"higher_is_better": direction, "metric_sha256": None}


def _of_custom(
    connection: Connection,
    context: Context,
    competition: Any,
    given: CompetitionSetup,
    masked: frozenset[str],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "higher_is_better" in masked:
        values["higher_is_better"] = given.higher_is_better
    if "metric_token" in masked and given.metric_token:
        (upload,) = find_complete(connection, context.caller.user_id, [given.metric_token], context.now)
        if not upload.name.endswith(".py") or not 0 < upload.size <= _LONGEST_CODE:
            raise InvalidInput(
                f"{upload.name[:60]!r} is no metric: give a .py file of at most {_LONGEST_CODE} bytes"
            )
        use_up(connection, context.caller.user_id, [upload.token_hash], context.now)
        values["metric_sha256"] = upload.sha256
    elif competition.metric_sha256 is None:
        raise InvalidInput(f"the metric {CUSTOM} needs its code: upload a Python file, and name its token")
    return values


def _parameters(
    competition: Any, given: CompetitionSetup, masked: frozenset[str], name: str
) -> Mapping[str, str]:
    """Those given; else those that are set, unless they belong to another metric."""
    if "metric_parameters" in masked:
        return rules.parameters(given.metric_parameters)
    kept: dict[str, str] = json.loads(competition.metric_parameters)
    return kept if name == competition.metric else {}


def _shown(connection: Connection, competition: Any) -> CompetitionSetup:
    held = sa.and_(submissions.c.competition_id == competition.id, submissions.c.held != "")
    newest = sa.select(submissions.c.held).where(held).order_by(submissions.c.id.desc()).limit(1)
    limits: dict[str, Any] = {name: getattr(competition, name) or 0 for name in rules.LIMITS}
    return CompetitionSetup(
        metric=competition.metric,
        metric_parameters=json.loads(competition.metric_parameters),
        higher_is_better=competition.higher_is_better,
        row_id_column=competition.row_id_column,
        split_seed=competition.split_seed,
        revision=competition.revision,
        held_submissions=connection.scalar(sa.select(sa.func.count()).where(held)) or 0,
        host_error=competition.solution_error or connection.scalar(newest) or "",
        **limits,
    )


def _metric(info: MetricInfo) -> Metric:
    return Metric(
        name=info.name,
        title=info.title,
        higher_is_better=info.higher_is_better,
        description=info.description,
        file_format=info.file_format,
        source=info.source,
        parameters=[
            MetricParameter(name=each.name, default=str(each.default), description=each.description)
            for each in info.parameters
        ],
    )
