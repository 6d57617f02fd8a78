"""`brant competitions pages create`: adds a page."""

from argparse import ArgumentParser, Namespace
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

EXAMPLES = """\
examples:
  brant competitions pages create penguins --page-name rules -f rules.md --publish"""


class Options(NamedTuple):
    """The page: what it says lies in `file`."""

    competition: Which
    page_name: str
    file: Path
    mime_type: str | None
    post_title: str | None
    publish: bool
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions pages create`."""
    declare_competition(parser)
    parser.add_argument("--page-name", metavar="NAME", required=True, help="what the page is called")
    parser.add_argument("-f", "--file", required=True, help="the file with what it says")
    parser.add_argument("--mime-type", metavar="TYPE", help="text/markdown (default) or text/html")
    parser.add_argument("--post-title", metavar="TEXT", help="the title above it (default: its name)")
    parser.add_argument("--publish", action="store_true", help="for everybody, not for hosts alone")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        competition=read_competition(parsed),
        page_name=parsed.page_name,
        file=Path(parsed.file),
        mime_type=parsed.mime_type,
        post_title=parsed.post_title,
        publish=parsed.publish,
        told=read_told(parsed, "competition", "name", "isPublished"),
    )


def run(options: Options, context: Context) -> None:
    """Adds the page."""
    from brant.client.competitions.pages import create_page, read_text
    from brant.contract.hosting_messages import ApiCompetitionPage

    page = ApiCompetitionPage(
        name=options.page_name,
        content=read_text(options.file),
        is_published=options.publish,
        post_title=options.post_title,
        mime_type=options.mime_type,
    )
    slug = options.competition.slug(context)
    with context.session() as session:
        made = create_page(session, slug, page)
    facts = {"competition": slug, "name": made.name, "isPublished": made.is_published}
    state = "everybody sees it" if made.is_published else "hosts alone see it"
    tell(context, options.told, facts, f"Added the page {made.name} to {slug}; {state}.")
