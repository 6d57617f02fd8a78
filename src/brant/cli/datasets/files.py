"""`brant datasets files`: the files of a dataset, a page of them or all."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import declare_handle, read_handle, resolve
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, declare_format, declare_pages

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.dataset_messages import ApiDatasetFile
    from brant.contract.handles import DatasetHandle

EXAMPLES = """\
examples:
  brant datasets files owner/penguins
  brant datasets files owner/penguins/versions/2 --all --format csv"""

_COLUMNS = (Column("name"), Column("size", "size"), Column("creationDate", "moment"))


class Options(NamedTuple):
    """Which files to list; `everything` follows the pages to their end."""

    dataset: str
    everything: bool
    page_token: str | None
    page_size: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets files`."""
    declare_handle(parser)
    parser.add_argument("--all", action="store_true", dest="everything", help="all files, not a page of them")
    declare_pages(parser, "files", size=20)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    check_pages(parsed)
    return Options(
        dataset=read_handle(parsed),
        everything=parsed.everything,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints the files."""
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        found, next_page_token = _files(session, resolve(options.dataset, session), options)
    output.rows(_COLUMNS, [(file.name, file.total_bytes, file.creation_date) for file in found])
    if not found:
        context.say("no files found")
    context.tell_next(next_page_token)


def _files(
    session: "Session", handle: "DatasetHandle", options: Options
) -> "tuple[list[ApiDatasetFile], str | None]":
    """The files asked for, and the token of the page behind them."""
    from brant.client import datasets

    if options.everything:
        return list(datasets.all_files(session, handle)), None
    answer = datasets.files(session, handle, page_size=options.page_size, page_token=options.page_token)
    return answer.dataset_files, answer.next_page_token
