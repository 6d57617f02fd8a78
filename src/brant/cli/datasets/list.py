"""`brant datasets list`: datasets, searched, filtered and sorted, page by page."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, count, declare_format, declare_pages
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant datasets list -s penguins
  brant datasets list --file-type csv --sort-by updated --page 2
  brant datasets list -m --format json"""

_COLUMNS = (
    Column("ref"),
    Column("title"),
    Column("size", "size"),
    Column("lastUpdated", "moment"),
    Column("downloadCount", "number"),
    Column("voteCount", "number"),
    Column("usabilityRating", "number"),
)


class Options(NamedTuple):
    """What to list. Sizes are in bytes; `page` counts from 1."""

    sort_by: str | None
    file_type: str | None
    license_name: str | None
    tags: str | None
    search: str | None
    user: str | None
    mine: bool
    min_size: int | None
    max_size: int | None
    page: int | None
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets list`."""
    parser.add_argument("-s", "--search", metavar="WORDS", help="words to look for")
    parser.add_argument("--sort-by", metavar="ORDER", help="hottest, votes, updated, active or published")
    parser.add_argument("--file-type", metavar="TYPE", help="all, csv, sqlite, json, bigQuery or parquet")
    parser.add_argument("--license", dest="license_name", metavar="NAME", help="all, cc, gpl, odb or other")
    parser.add_argument("--tags", metavar="TAGS", help="tags, separated by commas")
    parser.add_argument("--user", metavar="NAME", help="the datasets of this user")
    parser.add_argument("-m", "--mine", action="store_true", help="your own datasets")
    parser.add_argument("--min-size", type=int, metavar="BYTES", help="no smaller ones")
    parser.add_argument("--max-size", type=int, metavar="BYTES", help="no larger ones")
    parser.add_argument("--size", type=int, metavar="BYTES", help="gone: use --min-size and --max-size")
    parser.add_argument("-p", "--page", type=count, metavar="N", help="the page to show, from 1")
    declare_pages(parser, "datasets")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    if parsed.size is not None:
        raise UsageError("--size is gone: use --min-size and --max-size")
    check_pages(parsed)
    return Options(
        sort_by=parsed.sort_by,
        file_type=parsed.file_type,
        license_name=parsed.license_name,
        tags=parsed.tags,
        search=parsed.search,
        user=parsed.user,
        mine=parsed.mine,
        min_size=parsed.min_size,
        max_size=parsed.max_size,
        page=parsed.page,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints one page of datasets."""
    from brant.client.datasets import list_datasets

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        answer = list_datasets(
            session,
            search=options.search,
            user=options.user,
            mine=options.mine,
            sort_by=options.sort_by,
            file_type=options.file_type,
            license_name=options.license_name,
            tags=options.tags,
            min_size=options.min_size,
            max_size=options.max_size,
            page=options.page,
            page_token=options.page_token,
            page_size=options.page_size,
        )
    rows = [
        (
            dataset.ref,
            dataset.title,
            dataset.total_bytes,
            dataset.last_updated,
            dataset.download_count,
            dataset.vote_count,
            dataset.usability_rating,
        )
        for dataset in answer.datasets
    ]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("no datasets found")
    context.tell_next(answer.next_page_token)
