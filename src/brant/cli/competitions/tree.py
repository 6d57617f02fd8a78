"""`brant competitions tree`: what lies directly in one folder of a competition's data."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format, declare_pages, declare_quiet

EXAMPLES = """\
examples:
  brant competitions tree penguins
  brant competitions tree penguins --folder train/images"""

_COLUMNS = (Column("name"), Column("path"), Column("kind"), Column("size", "size"), Column("files", "number"))


class Options(NamedTuple):
    """Which folder; `""` is the root."""

    competition: Which
    folder: str
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions tree`."""
    declare_competition(parser)
    parser.add_argument("--folder", default="", metavar="PATH", help="this folder (default: the root)")
    declare_pages(parser, "entries")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        competition=read_competition(parsed),
        folder=parsed.folder.strip("/"),
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints folders first, then files."""
    from brant.client.competitions.listing import tree

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = tree(
            session, slug, options.folder, page_size=options.page_size, page_token=options.page_token
        )
    rows: list[tuple[Value, ...]] = [
        (folder.name, folder.relative_url, "folder", None, folder.total_files) for folder in found.directories
    ]
    rows += [(file.name, file.relative_url, "file", file.total_bytes, None) for file in found.files]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("nothing lies there")
    context.tell_next(found.next_page_token)
