"""`brant competitions join`: accepts the rules of a competition and enters it."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions pages penguins --page-name rules --content
  brant competitions join penguins"""


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions join`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Enters; who has entered already is told so by the same words."""
    from brant.client.competitions.teams import join

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = join(session, slug)
    output.record(
        COLUMNS, row(team), sentence=f"You are in {slug}, with its rules accepted, as the team {team.name}."
    )
