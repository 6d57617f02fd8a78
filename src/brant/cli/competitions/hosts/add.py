"""`brant competitions hosts add`: makes a user a host of a competition that you host."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.context import Context
from brant.cli.parser import declare_quiet

EXAMPLES = """\
examples:
  brant competitions hosts add penguins ada"""


class Options(NamedTuple):
    """Which user."""

    competition: Which
    user: str
    quiet: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions hosts add`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="the user's name")
    declare_quiet(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Which(parsed.competition, quiet=True), parsed.user, parsed.quiet)


def run(options: Options, context: Context) -> None:
    """Makes the user a host."""
    from brant.client.competitions.hosting import add_host

    slug = options.competition.slug(context)
    with context.session() as session:
        add_host(session, slug, options.user)
    if not options.quiet:
        context.out.write(f"{options.user} hosts {slug} now.\n")
