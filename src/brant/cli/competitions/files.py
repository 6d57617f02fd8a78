"""`brant competitions files`: the files of a competition, a page of them or all."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, declare_format, declare_pages, declare_quiet

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.competition_messages import ApiDataFile

EXAMPLES = """\
examples:
  brant competitions files penguins
  brant competitions files penguins --all --format csv"""

_COLUMNS = (Column("name"), Column("size", "size"), Column("creationDate", "moment"))


class Options(NamedTuple):
    """Which files to list; `everything` follows the pages to their end."""

    competition: Which
    everything: bool
    page_token: str | None
    page_size: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions files`."""
    declare_competition(parser)
    parser.add_argument("--all", action="store_true", dest="everything", help="all files, not a page of them")
    declare_pages(parser, "files", size=20)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    check_pages(parsed)
    return Options(
        competition=read_competition(parsed),
        everything=parsed.everything,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints the files."""
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found, next_page_token = _files(session, slug, options)
    output.rows(_COLUMNS, [(file.name, file.total_bytes, file.creation_date) for file in found])
    if not found:
        context.say("no files found")
    context.tell_next(next_page_token)


def _files(session: "Session", slug: str, options: Options) -> "tuple[list[ApiDataFile], str | None]":
    """The files asked for, and the token of the page behind them."""
    from brant.client.competitions import listing

    if options.everything:
        return list(listing.all_files(session, slug)), None
    answer = listing.files(session, slug, page_size=options.page_size, page_token=options.page_token)
    return answer.files, answer.next_page_token
