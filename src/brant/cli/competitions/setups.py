"""How the setup of a competition is shown."""

from typing import TYPE_CHECKING

from brant.cli.output import Column, Value

if TYPE_CHECKING:
    from brant.contract.competition_extensions import CompetitionSetup

COLUMNS = (
    Column("metric"),
    Column("metricParameters"),
    Column("higherIsBetter"),
    Column("rowIdColumn"),
    Column("publicPercent", "number"),
    Column("splitSeed", "number"),
    Column("maxDailySubmissions", "number"),
    Column("maxTotalSubmissions", "number"),
    Column("maxTeamSize", "number"),
    Column("maxSelected", "number"),
    Column("maxSubmissionBytes", "size"),
    Column("scoringSeconds", "number"),
    Column("revision", "number"),
    Column("heldSubmissions", "number"),
    Column("hostError"),
)


def row(setup: "CompetitionSetup") -> tuple[Value, ...]:
    """One setup; parameters are `name=value`, separated by commas."""
    return (
        setup.metric or None,
        ", ".join(f"{name}={value}" for name, value in sorted(setup.metric_parameters.items())),
        setup.higher_is_better,
        setup.row_id_column or None,
        setup.public_percent,
        setup.split_seed,
        setup.max_daily_submissions,
        setup.max_total_submissions,
        setup.max_team_size,
        setup.max_selected,
        setup.max_submission_bytes,
        setup.scoring_seconds,
        setup.revision,
        setup.held_submissions,
        setup.host_error or None,
    )
