"""`brant competitions pages delete`: deletes a page, after asking."""

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
from brant.cli.confirm import declare_yes
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions pages delete penguins --page-name prizes"""


class Options(NamedTuple):
    """Which page; `yes` stands for the answer."""

    competition: Which
    page_name: str
    yes: bool
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions pages delete`."""
    declare_competition(parser)
    parser.add_argument("--page-name", metavar="NAME", required=True, help="which page")
    declare_yes(parser)
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        read_competition(parsed), parsed.page_name, parsed.yes, read_told(parsed, "competition", "deleted")
    )


def run(options: Options, context: Context) -> None:
    """Deletes the page. Raises Declined unless that was confirmed."""
    from brant.client.competitions.pages import delete_page

    slug = options.competition.slug(context)
    question = f"Delete the page {options.page_name} of {slug}? It cannot be undone."
    context.confirm(question, yes=options.yes)
    with context.session() as session:
        delete_page(session, slug, options.page_name)
    facts = {"competition": slug, "deleted": options.page_name}
    tell(context, options.told, facts, f"Deleted the page {options.page_name} of {slug}.")
