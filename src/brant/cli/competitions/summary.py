"""`brant competitions summary`: the data of a competition in numbers."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions summary penguins"""

_COLUMNS = (Column("kind"), Column("name"), Column("count", "number"), Column("size", "size"))


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions summary`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints a row for each kind of file, and of column."""
    from brant.client.competitions.listing import summary

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = summary(session, slug)
    files, columns = found.file_summary_info, found.column_summary_info
    rows: list[tuple[Value, ...]] = [
        ("file", kind.extension, kind.file_count, kind.total_size)
        for kind in (files.file_types if files else [])
    ]
    rows += [
        ("column", kind.column_type, kind.column_count, None)
        for kind in (columns.column_types if columns else [])
    ]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("no files found")
