"""`brant competitions admit`: lets a user see and enter a private competition."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Told, Which, declare_told, read_told, tell
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions admit penguins ada"""


class Options(NamedTuple):
    """Which user."""

    competition: Which
    user: str
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions admit`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="the user's name")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        Which(parsed.competition, quiet=True), parsed.user, read_told(parsed, "competition", "admitted")
    )


def run(options: Options, context: Context) -> None:
    """Admits the user."""
    from brant.client.competitions.hosting import admit

    slug = options.competition.slug(context)
    with context.session() as session:
        admit(session, slug, options.user)
    tell(
        context,
        options.told,
        {"competition": slug, "admitted": options.user},
        f"{options.user} may see and enter {slug} now.",
    )
