"""`brant competitions judges list`: who judges a competition."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.people import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions judges penguins"""


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions judges list`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.hosting import judges

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = judges(session, slug)
    output.rows(COLUMNS, [row(one) for one in found])
    if not found:
        context.say("no judges found")
