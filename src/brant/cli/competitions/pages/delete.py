"""`brant competitions pages delete`: deletes a page, after asking."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.confirm import declare_yes
from brant.cli.context import Context
from brant.cli.parser import declare_quiet

EXAMPLES = """\
examples:
  brant competitions pages delete penguins --page-name prizes"""


class Options(NamedTuple):
    """Which page; `yes` stands for the answer."""

    competition: Which
    page_name: str
    yes: bool
    quiet: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions pages delete`."""
    declare_competition(parser)
    parser.add_argument("--page-name", metavar="NAME", required=True, help="which page")
    declare_yes(parser)
    declare_quiet(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.page_name, parsed.yes, parsed.quiet)


def run(options: Options, context: Context) -> None:
    """Deletes the page. Raises Declined unless that was confirmed."""
    from brant.client.competitions.pages import delete_page

    slug = options.competition.slug(context)
    question = f"Delete the page {options.page_name} of {slug}? It cannot be undone."
    context.confirm(question, yes=options.yes)
    with context.session() as session:
        delete_page(session, slug, options.page_name)
    if not options.quiet:
        context.out.write(f"Deleted the page {options.page_name} of {slug}.\n")
