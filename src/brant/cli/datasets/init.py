"""`brant datasets init`: a template of dataset-metadata.json to fill in."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import own_name
from brant.errors import BrantError

EXAMPLES = """\
examples:
  brant datasets init -p ./penguins"""


class Options(NamedTuple):
    """Where to put it."""

    folder: Path


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets init`."""
    parser.add_argument(
        "-p", "--path", dest="folder", metavar="FOLDER", help="the folder (default: this one)"
    )


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Path(parsed.folder or "."))


def run(options: Options, context: Context) -> None:
    """Writes the template; a file that is there already is left alone. Raises DestinationExists."""
    from shlex import quote

    from brant.client.datasets.metadata_file import init

    path = init(options.folder, _username(context))
    context.out.write(f"{path}\n")
    context.say(f"fill in title, id and licence, then: brant datasets create -p {quote(str(options.folder))}")


def _username(context: Context) -> str:
    """The caller's name where it can be found; a template is good without it, too."""
    try:
        with context.session() as session:
            return own_name(session)
    except BrantError:
        return "INSERT_USERNAME_HERE"
