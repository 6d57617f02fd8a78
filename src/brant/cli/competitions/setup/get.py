"""`brant competitions setup get`: metric, split and limits of a competition that you host."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.setups import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions setup penguins
  brant competitions setup get penguins --format 'json(metric,hostError)'"""


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions setup get`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints a line for each of them; what a custom metric did wrong stands last."""
    from brant.client.competitions.scoring import setup

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = setup(session, slug)
    output.details(COLUMNS, row(found))
