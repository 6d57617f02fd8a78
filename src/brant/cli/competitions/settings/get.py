"""`brant competitions settings get`: the settings of a competition that you host."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.settings_shown import columns, show
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions settings get penguins
  brant competitions settings get penguins --json > settings.json"""


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions settings get`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser, json=True)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them, for people those that are set."""
    from brant.client.competitions.settings import settings

    output = context.output(options.format)
    output.chosen(columns())
    slug = options.competition.slug(context)
    with context.session() as session:
        found = settings(session, slug)
    show(found, output, options.format)
