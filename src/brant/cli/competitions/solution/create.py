"""`brant competitions solution create`: puts a file in the place of the solution."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import (
    Told,
    Which,
    declare_competition,
    declare_told,
    read_competition,
    read_told,
    tell,
)
from brant.cli.context import Context
from brant.cli.voice import Showing

EXAMPLES = """\
examples:
  brant competitions solution create penguins -p solution.csv"""


class Options(NamedTuple):
    """Which file."""

    competition: Which
    path: Path
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions solution create`."""
    declare_competition(parser)
    parser.add_argument("-p", "--path", metavar="FILE", required=True, help="the file")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), Path(parsed.path), read_told(parsed, "competition", "file"))


def run(options: Options, context: Context) -> None:
    """Uploads the file; whether it will do is told by `solution status` soon."""
    from brant.client.competitions.scoring import create_solution

    slug = options.competition.slug(context)
    showing = Showing("none" if options.told.quiet else "bar")
    with context.session() as session, closing(context.progress(showing)) as progress:
        create_solution(session, slug, options.path, progress=progress)
    facts = {"competition": slug, "file": options.path.name}
    tell(context, options.told, facts, f"Uploaded the solution of {slug}.")
    if not options.told.quiet:
        context.say(f"whether it will do: brant competitions solution status {slug}")
