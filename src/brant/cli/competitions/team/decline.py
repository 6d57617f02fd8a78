"""`brant competitions team decline`: stays apart from a team that asks."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format

EXAMPLES = """\
examples:
  brant competitions team decline penguins 7"""


class Options(NamedTuple):
    """Which team, by its number."""

    competition: Which
    team_id: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions team decline`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("team_id", type=count, help="the number of the team that asks")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Which(parsed.competition, quiet=True), parsed.team_id, parsed.format)


def run(options: Options, context: Context) -> None:
    """Declines the invitation."""
    from brant.client.competitions.teams import answer

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = answer(session, slug, options.team_id, accept=False)
    output.record(COLUMNS, row(team), sentence=f"{team.name} stays as it is: the invitation is declined.")
