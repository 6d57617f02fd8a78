"""`brant competitions team invite`: asks a user's team to become one with yours."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format

EXAMPLES = """\
examples:
  brant competitions team invite penguins ada"""


class Options(NamedTuple):
    """Whom to ask."""

    competition: Which
    user: str
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions team invite`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="a member of the team that is to be asked")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Which(parsed.competition, quiet=True), parsed.user, parsed.format)


def run(options: Options, context: Context) -> None:
    """Sends the invitation; the other team's leader answers it."""
    from brant.client.competitions.teams import invite

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = invite(session, slug, options.user)
    output.record(
        COLUMNS, row(team), sentence=f"The team of {options.user} is asked to become one with {team.name}."
    )
