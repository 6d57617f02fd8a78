"""`brant competitions sample create`: puts a file in the place of the sample submission."""

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
  brant competitions sample create penguins -p sample_submission.csv"""


class Options(NamedTuple):
    """Which file."""

    competition: Which
    path: Path
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions sample create`."""
    declare_competition(parser)
    parser.add_argument("-p", "--path", metavar="FILE", required=True, help="the file")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), Path(parsed.path), read_told(parsed, "competition", "file"))


def run(options: Options, context: Context) -> None:
    """Uploads the file; participants find it among the data."""
    from brant.client.competitions.scoring import create_sample

    slug = options.competition.slug(context)
    showing = Showing("none" if options.told.quiet else "bar")
    with context.session() as session, closing(context.progress(showing)) as progress:
        create_sample(session, slug, options.path, progress=progress)
    facts = {"competition": slug, "file": options.path.name}
    tell(context, options.told, facts, f"Uploaded the sample submission of {slug}.")
