"""`brant competitions data update`: publishes a folder, or one file, as a competition's data."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format, counted
from brant.cli.parser import declare_format
from brant.cli.voice import Showing, declare_progress, read_progress
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions data update penguins -p ./data -m "first version"
  brant competitions data update penguins -p ./data -m "without drafts" --ignore-patterns '*.tmp'"""

_COLUMNS = (
    Column("url"),
    Column("databundleId", "number"),
    Column("databundleVersionId", "number"),
    Column("sent", "number"),
    Column("reused", "number"),
)


class Options(NamedTuple):
    """What to publish, and what is new in it."""

    competition: Which
    path: Path
    notes: str
    rerun: bool
    include_hidden: bool
    ignore: tuple[str, ...]
    quiet: bool
    showing: Showing
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions data update`."""
    declare_competition(parser)
    parser.add_argument("-p", "--path", required=True, help="the folder, or the one file")
    parser.add_argument("-m", "--message", dest="notes", required=True, help="what is new in this version")
    parser.add_argument("--rerun", action="store_true", help="the data that notebooks are run again on")
    parser.add_argument(
        "--include-hidden", action="store_true", help="files and folders too whose names begin with a dot"
    )
    parser.add_argument(
        "--ignore-patterns", action="append", metavar="GLOB", help="leave such files out; may be repeated"
    )
    declare_progress(parser, quiet="no progress, no summary")
    declare_format(parser, short=False)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError for notes that say nothing."""
    if not parsed.notes.strip():
        raise UsageError("-m says nothing: tell what is new in this version")
    return Options(
        competition=read_competition(parsed),
        path=Path(parsed.path),
        notes=parsed.notes,
        rerun=parsed.rerun,
        include_hidden=parsed.include_hidden,
        ignore=tuple(parsed.ignore_patterns or ()),
        quiet=parsed.quiet,
        showing=read_progress(parsed),
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Publishes the data, whole or not at all."""
    from brant.client.competitions.data import update_data

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session, closing(context.progress(options.showing)) as progress:
        published = update_data(
            session,
            slug,
            options.path,
            options.notes,
            rerun=options.rerun,
            include_hidden=options.include_hidden,
            ignore=options.ignore,
            progress=progress,
        )
    if options.quiet and output.is_table:
        return
    counts = counted(published.sent, "file") + " sent"
    if published.reused:
        counts += f", {published.reused} there already"
    output.record(_COLUMNS, published, sentence=f"Published new data of {slug} ({counts}): {published.url}")
