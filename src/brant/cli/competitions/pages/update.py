"""`brant competitions pages update`: changes a page."""

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
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions pages update penguins --page-name rules -f rules.md
  brant competitions pages update penguins --page-name rules --unpublish"""


class Options(NamedTuple):
    """What is to be changed of a page; None leaves it as it is."""

    competition: Which
    page_name: str
    file: Path | None
    new_name: str | None
    mime_type: str | None
    post_title: str | None
    is_published: bool | None
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions pages update`."""
    declare_competition(parser)
    parser.add_argument("--page-name", metavar="NAME", required=True, help="which page")
    parser.add_argument("-f", "--file", help="the file with what it says now")
    parser.add_argument("--new-name", metavar="NAME", help="another name")
    parser.add_argument("--mime-type", metavar="TYPE", help="text/markdown or text/html")
    parser.add_argument("--post-title", metavar="TEXT", help="the title above it")
    parser.add_argument("--publish", action="store_true", help="for everybody")
    parser.add_argument("--unpublish", action="store_true", help="for hosts alone")
    declare_told(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    if parsed.publish and parsed.unpublish:
        raise UsageError("--publish and --unpublish exclude each other: give one of them")
    return Options(
        competition=read_competition(parsed),
        page_name=parsed.page_name,
        file=Path(parsed.file) if parsed.file else None,
        new_name=parsed.new_name,
        mime_type=parsed.mime_type,
        post_title=parsed.post_title,
        is_published=True if parsed.publish else False if parsed.unpublish else None,
        told=read_told(parsed, "competition", "name", "isPublished"),
    )


def run(options: Options, context: Context) -> None:
    """Changes what is given; the rest of the page stays."""
    from brant.client.competitions.pages import read_text, update_page

    content = read_text(options.file) if options.file else None
    slug = options.competition.slug(context)
    with context.session() as session:
        page = update_page(
            session,
            slug,
            options.page_name,
            content=content,
            new_name=options.new_name,
            mime_type=options.mime_type,
            post_title=options.post_title,
            is_published=options.is_published,
        )
    name = page.name or options.page_name
    facts = {"competition": slug, "name": name, "isPublished": page.is_published}
    tell(context, options.told, facts, f"Changed the page {name} of {slug}.")
