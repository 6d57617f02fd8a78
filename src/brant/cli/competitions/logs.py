"""`brant competitions logs`: what an agent wrote in an episode."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import Told, declare_told, read_told, tell
from brant.cli.context import Context
from brant.cli.parser import count

EXAMPLES = """\
examples:
  brant competitions logs 31 0 -p ./episodes"""


class Options(NamedTuple):
    """Which episode and agent, by their numbers, and where the logs go; agents count from 0."""

    episode: int
    agent: int
    path: Path
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions logs`."""
    parser.add_argument("episode_id", type=count, help="the episode's number")
    parser.add_argument("agent_index", type=int, help="the agent's number, from 0")
    parser.add_argument("-p", "--path", metavar="FOLDER", help="where to (default: this folder)")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.episode_id, parsed.agent_index, Path(parsed.path or "."), read_told(parsed, "path"))


def run(options: Options, context: Context) -> None:
    """Fetches the file, and prints where it lies."""
    from brant.client.competitions.episodes import download_logs

    with context.session() as session:
        path = download_logs(session, options.episode, options.agent, options.path)
    tell(context, options.told, {"path": str(path)}, str(path))
