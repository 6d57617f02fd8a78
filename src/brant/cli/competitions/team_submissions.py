"""`brant competitions team-submissions`: what everybody may see of one team's submissions."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import count, declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions team-submissions 7"""

_COLUMNS = (Column("id", "number"), Column("dateSubmitted", "moment"), Column("publicScore", "number"))


class Options(NamedTuple):
    """Which team, by its number."""

    team: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions team-submissions`."""
    parser.add_argument("team_id", type=count, help="the team's number, as the leaderboard has it")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.team_id, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.submissions import team_submissions

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        found = team_submissions(session, options.team)
    output.rows(_COLUMNS, [(one.id, one.date_submitted, one.public_score or None) for one in found])
    if not found:
        context.say("no submissions found")
