"""`brant competitions launch`: opens a competition to its participants, now or at a time to come."""

from argparse import ArgumentParser, Namespace
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
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions launch penguins
  brant competitions launch penguins --at 2027-01-01T00:00:00Z"""


class Options(NamedTuple):
    """Which competition, and when: `at` is None for now."""

    competition: Which
    at: str | None
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions launch`."""
    declare_competition(parser)
    parser.add_argument("--at", metavar="TIME", help="not before then, in UTC: 2027-01-01T00:00:00Z")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.at, read_told(parsed, "competition", "opens"))


def run(options: Options, context: Context) -> None:
    """Launches it. Raises UsageError for a time that is none."""
    from brant.client.competitions.hosting import launch
    from brant.contract.codec import Timestamp

    try:
        at = Timestamp.parse(options.at) if options.at else None
    except (ValueError, OverflowError):
        raise UsageError(f"--at {options.at!r} is no time: write it as 2027-01-01T00:00:00Z") from None
    slug = options.competition.slug(context)
    with context.session() as session:
        launch(session, slug, at)
    sentence = f"{slug} opens at {at.wire()}." if at else f"{slug} is open."
    tell(context, options.told, {"competition": slug, "opens": at}, sentence)
