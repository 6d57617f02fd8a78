"""`brant competitions summary`: the data of a competition in numbers."""

from brant.cli.competitions import which
from brant.cli.context import Context
from brant.cli.output import Column, Value

EXAMPLES = """\
examples:
  brant competitions summary penguins"""

_COLUMNS = (Column("kind"), Column("name"), Column("count", "number"), Column("size", "size"))

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
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
