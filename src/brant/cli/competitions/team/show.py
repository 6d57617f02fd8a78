"""`brant competitions team show`: your team in a competition, and its invitations."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions team penguins
  brant competitions team show penguins --format json"""


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions team show`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints a line for each thing that is known."""
    from brant.client.competitions.teams import team

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = team(session, slug)
    output.details(COLUMNS, row(found))
