"""`brant competitions replay`: the replay of an episode, as JSON."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import Told, declare_told, read_told, tell
from brant.cli.context import Context
from brant.cli.parser import count

EXAMPLES = """\
examples:
  brant competitions replay 31 -p ./episodes"""


class Options(NamedTuple):
    """Which episode, by its number, and where its replay goes."""

    episode: int
    path: Path
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions replay`."""
    parser.add_argument("episode_id", type=count, help="the episode's number")
    parser.add_argument("-p", "--path", metavar="FOLDER", help="where to (default: this folder)")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.episode_id, Path(parsed.path or "."), read_told(parsed, "path"))


def run(options: Options, context: Context) -> None:
    """Fetches the file, and prints where it lies."""
    from brant.client.competitions.episodes import download_replay

    with context.session() as session:
        path = download_replay(session, options.episode, options.path)
    tell(context, options.told, {"path": str(path)}, str(path))
