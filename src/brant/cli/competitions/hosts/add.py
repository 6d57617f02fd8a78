"""`brant competitions hosts add`: makes a user a host of a competition that you host."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Told, Which, declare_told, read_told, tell
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions hosts add penguins ada"""


class Options(NamedTuple):
    """Which user."""

    competition: Which
    user: str
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions hosts add`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="the user's name")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        Which(parsed.competition, quiet=True), parsed.user, read_told(parsed, "competition", "host")
    )


def run(options: Options, context: Context) -> None:
    """Makes the user a host."""
    from brant.client.competitions.hosting import add_host

    slug = options.competition.slug(context)
    with context.session() as session:
        add_host(session, slug, options.user)
    tell(
        context,
        options.told,
        {"competition": slug, "host": options.user},
        f"{options.user} hosts {slug} now.",
    )
