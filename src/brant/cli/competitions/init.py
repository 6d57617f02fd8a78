"""`brant competitions init`: a template of competition-metadata.json to fill in."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions init ./penguins"""


class Options(NamedTuple):
    """Where to put it."""

    folder: Path


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions init`."""
    parser.add_argument("folder", nargs="?", default=".", help="the folder (default: this one)")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Path(parsed.folder))


def run(options: Options, context: Context) -> None:
    """Writes the template; a file that is there already is left alone. Raises DestinationExists."""
    from shlex import quote

    from brant.client.competitions.metadata_file import init

    path = init(options.folder)
    context.out.write(f"{path}\n")
    context.say(
        "fill in title, slug and description, then: brant competitions create -p "
        f"{quote(str(options.folder))}"
    )
