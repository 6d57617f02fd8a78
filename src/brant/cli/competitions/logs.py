"""`brant competitions logs`: what an agent wrote in an episode."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.parser import declare_quiet

EXAMPLES = """\
examples:
  brant competitions logs 31 0 -p ./episodes"""


class Options(NamedTuple):
    """Which episode and agent, by their numbers, and where the logs go; agents count from 0."""

    episode: int
    agent: int
    path: Path
    quiet: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions logs`."""
    parser.add_argument("episode_id", type=int, help="the episode's number")
    parser.add_argument("agent_index", type=int, help="the agent's number, from 0")
    parser.add_argument("-p", "--path", metavar="FOLDER", help="where to (default: this folder)")
    declare_quiet(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.episode_id, parsed.agent_index, Path(parsed.path or "."), parsed.quiet)


def run(options: Options, context: Context) -> None:
    """Fetches the file, and prints where it lies."""
    from brant.client.competitions.episodes import download_logs

    with context.session() as session:
        path = download_logs(session, options.episode, options.agent, options.path)
    if not options.quiet:
        context.out.write(f"{path}\n")
