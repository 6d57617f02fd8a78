"""`brant competitions judges add`: makes a user a judge of a competition that you host."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Told, Which, declare_told, read_told, tell
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions judges add penguins ada"""


class Options(NamedTuple):
    """Which user."""

    competition: Which
    user: str
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions judges add`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="the user's name")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        Which(parsed.competition, quiet=True), parsed.user, read_told(parsed, "competition", "judge")
    )


def run(options: Options, context: Context) -> None:
    """Makes the user a judge."""
    from brant.client.competitions.hosting import add_judge

    slug = options.competition.slug(context)
    with context.session() as session:
        add_judge(session, slug, options.user)
    tell(
        context,
        options.told,
        {"competition": slug, "judge": options.user},
        f"{options.user} judges {slug} now.",
    )
