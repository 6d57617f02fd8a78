"""`brant competitions view`: what is known of a competition."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format, declare_quiet

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


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions view`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
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
