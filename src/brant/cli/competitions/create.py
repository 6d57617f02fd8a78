"""`brant competitions create`: makes a competition out of competition-metadata.json."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format

EXAMPLES = """\
examples:
  brant competitions create -p ./penguins"""

_COLUMNS = (Column("id", "number"), Column("ref"), Column("url"))


class Options(NamedTuple):
    """Which folder has the file."""

    folder: Path
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions create`."""
    parser.add_argument(
        "-p", "--path", dest="folder", metavar="FOLDER", help="the folder of the file (default: this one)"
    )
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Path(parsed.folder or "."), parsed.format)


def run(options: Options, context: Context) -> None:
    """Makes it; only its hosts see it until it is launched."""
    from brant.client.competitions.hosting import create
    from brant.client.competitions.metadata_file import load

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    request = load(options.folder)
    with context.session() as session:
        made = create(session, request)
    output.record(
        _COLUMNS, (made.id, made.ref, made.url), sentence=f"Competition created: {made.url or request.slug}"
    )
    context.say(f"next: brant competitions data update {request.slug}, solution create, setup update, launch")
