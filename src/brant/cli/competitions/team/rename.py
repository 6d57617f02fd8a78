"""`brant competitions team rename`: gives your team another name."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format

EXAMPLES = """\
examples:
  brant competitions team rename penguins 'The Emperors'"""


class Options(NamedTuple):
    """The new name."""

    competition: Which
    name: str
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions team rename`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("name", help="the new name")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Which(parsed.competition, quiet=True), parsed.name, parsed.format)


def run(options: Options, context: Context) -> None:
    """Renames the team; its leader may."""
    from brant.client.competitions.teams import rename

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = rename(session, slug, options.name)
    output.record(COLUMNS, row(team), sentence=f"Your team in {slug} is called {team.name} now.")
