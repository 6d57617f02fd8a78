"""`brant competitions submissions`: what your team has submitted, all of it or a page."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.submitted import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_pages, declare_quiet

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.competition_messages import ApiSubmission

EXAMPLES = """\
examples:
  brant competitions submissions penguins
  brant competitions submissions penguins --format json
  brant competitions submissions penguins --sort-by publicScore --page-size 5"""


class Options(NamedTuple):
    """Which submissions; without a page of them, all."""

    competition: Which
    sort_by: str | None
    group: str | None
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions submissions`."""
    declare_competition(parser)
    parser.add_argument(
        "--sort-by", metavar="ORDER", help="date (default), name, publicScore or privateScore"
    )
    parser.add_argument("--group", metavar="GROUP", help="all (default), successful or selected")
    declare_pages(parser, "submissions", nothing="all of them")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        competition=read_competition(parsed),
        sort_by=parsed.sort_by,
        group=parsed.group,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints them, the newest first unless another order is asked for."""
    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found, next_page_token = _found(session, slug, options)
    output.rows(COLUMNS, [row(one) for one in found])
    if not found:
        context.say("no submissions found")
    context.tell_next(next_page_token)


def _found(session: "Session", slug: str, options: Options) -> "tuple[list[ApiSubmission], str | None]":
    """The submissions asked for, and the token of the page behind them."""
    from brant.client.competitions.submissions import all_submissions, submissions

    if options.page_size is None and options.page_token is None:
        return list(all_submissions(session, slug, sort_by=options.sort_by, group=options.group)), None
    page = submissions(
        session,
        slug,
        sort_by=options.sort_by,
        group=options.group,
        page_size=options.page_size,
        page_token=options.page_token,
    )
    return page.submissions, page.next_page_token
