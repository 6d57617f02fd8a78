"""`brant competitions view`: what is known of a competition."""

from brant.cli.competitions import which
from brant.cli.context import Context
from brant.cli.output import Column

EXAMPLES = """\
examples:
  brant competitions view penguins
  brant competitions view penguins --format 'json(deadline,evaluationMetric)'"""

_COLUMNS = (
    Column("ref"),
    Column("id", "number"),
    Column("title"),
    Column("description"),
    Column("category"),
    Column("hostName"),
    Column("evaluationMetric"),
    Column("enabledDate", "moment"),
    Column("deadline", "moment"),
    Column("newEntrantDeadline", "moment"),
    Column("mergerDeadline", "moment"),
    Column("maxDailySubmissions", "number"),
    Column("maxTeamSize", "number"),
    Column("submissionsDisabled"),
    Column("reward"),
    Column("teamCount", "number"),
    Column("userHasEntered"),
    Column("userRank", "number"),
)

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints a line for each thing that is known."""
    from brant.client.competitions.listing import view

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        one = view(session, slug)
    output.details(
        _COLUMNS,
        (
            one.ref,
            one.id,
            one.title,
            one.description,
            one.category,
            one.host_name,
            one.evaluation_metric,
            one.enabled_date,
            one.deadline,
            one.new_entrant_deadline,
            one.merger_deadline,
            one.max_daily_submissions,
            one.max_team_size,
            one.submissions_disabled,
            one.reward,
            one.team_count,
            one.user_has_entered,
            one.user_rank,
        ),
    )
