"""`brant competitions submission download`: the file of one submission."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import count, declare_format
from brant.cli.voice import Showing, declare_progress, read_progress

EXAMPLES = """\
examples:
  brant competitions submission download 12 -p ./mine"""

_COLUMNS = (Column("path"), Column("size", "size"), Column("verified"), Column("fresh"))


class Options(NamedTuple):
    """Which submission, by its number, and where its file goes."""

    ref: int
    path: Path
    force: bool
    showing: Showing
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions submission download`."""
    parser.add_argument("ref", type=count, help="the submission's number")
    parser.add_argument("-p", "--path", default=".", metavar="FOLDER", help="where to (default: this folder)")
    parser.add_argument("-o", "--force", action="store_true", help="again, even what is here and whole")
    declare_progress(parser, quiet="no progress")
    declare_format(parser, short=False)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.ref, Path(parsed.path), parsed.force, read_progress(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Fetches and verifies the file, and prints where it lies."""
    from brant.client.competitions.downloading import download_submission
    from brant.client.downloads.fetching import How

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session, closing(context.progress(options.showing)) as progress:
        how = How(options.force, progress=progress)
        arrived = download_submission(session, options.ref, options.path, how)
    row = (str(arrived.path), arrived.size, arrived.verified, arrived.fresh)
    output.record(_COLUMNS, row, sentence=str(arrived.path))
