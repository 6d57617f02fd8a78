"""`brant competitions submission-limits`: how many submissions your team has made, and has left."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions submission-limits penguins
  brant competitions submission-limits penguins --format 'json(numAllowedNow)'"""

_COLUMNS = (
    Column("numToday", "number"),
    Column("numTotal", "number"),
    Column("numAllowedNow", "number"),
    Column("limitedByTotal"),
)


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions submission-limits`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser, json=True)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints the counts."""
    from brant.client.competitions.submissions import limits

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = limits(session, slug)
    row = (found.num_today, found.num_total, found.num_allowed_now, found.limited_by_total)
    output.details(_COLUMNS, row)
