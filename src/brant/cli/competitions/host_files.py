"""Verbs by which a host puts one file in its place: the solution, the sample submission."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

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

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.transfer.progress import Progress


class Options(NamedTuple):
    """Which file."""

    competition: Which
    path: Path
    told: Told


class Put(Protocol):
    """Sends a file, and has it take its place."""

    def __call__(self, session: "Session", competition: str, path: Path, *, progress: "Progress") -> None: ...


def declare(parser: ArgumentParser) -> None:
    """The command line of such a verb."""
    declare_competition(parser)
    parser.add_argument("-p", "--path", metavar="FILE", required=True, help="the file")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), Path(parsed.path), read_told(parsed, "competition", "file"))


def upload(options: Options, context: Context, put: Put, noun: str) -> str:
    """Has the file `put` in its place, and says so of the `noun`; the competition's slug."""
    slug = options.competition.slug(context)
    showing = Showing("none" if options.told.quiet else "bar")
    with context.session() as session, closing(context.progress(showing)) as progress:
        put(session, slug, options.path, progress=progress)
    facts = {"competition": slug, "file": options.path.name}
    tell(context, options.told, facts, f"Uploaded the {noun} of {slug}.")
    return slug
