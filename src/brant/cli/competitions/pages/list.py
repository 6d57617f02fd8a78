"""`brant competitions pages list`: the pages of a competition, by name or with what they say."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions pages penguins
  brant competitions pages penguins --page-name rules --content"""

_NAMES = (Column("name"), Column("postTitle"), Column("isPublished"), Column("mimeType"))
_CONTENT = Column("content")


class Options(NamedTuple):
    """Which pages; `content` prints what they say."""

    competition: Which
    page_name: str | None
    content: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions pages list`."""
    declare_competition(parser)
    parser.add_argument("--page-name", metavar="NAME", help="this page alone")
    parser.add_argument("--content", action="store_true", help="what the pages say, too")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.page_name, parsed.content, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them in their order."""
    from brant.client.competitions.pages import pages

    output = context.output(options.format)
    columns = (*_NAMES, _CONTENT) if options.content else _NAMES
    output.chosen(columns)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = pages(session, slug, options.page_name)
    if not found:
        context.say("no pages found")
    if options.content and output.is_table and not options.format.fields:
        for page in found:
            output.text(page.name, page.content)
        return
    rows = [
        (page.name, page.post_title, page.is_published, page.mime_type, page.content)[: len(columns)]
        for page in found
    ]
    output.rows(columns, rows)
