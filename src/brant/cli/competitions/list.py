"""`brant competitions list`: competitions, searched, filtered and sorted, page by page."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, count, declare_format, declare_pages

EXAMPLES = """\
examples:
  brant competitions list -s penguins
  brant competitions list --group entered --sort-by earliestDeadline
  brant competitions list --group hosted --format json"""

_COLUMNS = (
    Column("ref"),
    Column("deadline", "moment"),
    Column("category"),
    Column("reward"),
    Column("teamCount", "number"),
    Column("userHasEntered"),
    Column("userRank", "number"),
    Column("title"),
)


class Options(NamedTuple):
    """What to list; `page` counts from 1."""

    group: str | None
    category: str | None
    sort_by: str | None
    search: str | None
    page: int | None
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions list`."""
    parser.add_argument("-s", "--search", metavar="WORDS", help="words to look for")
    parser.add_argument(
        "--group",
        metavar="GROUP",
        help="general, entered, community, hosted, unlaunched, unlaunched_community or everything",
    )
    parser.add_argument(
        "--category",
        metavar="NAME",
        help="featured, research, recruitment, gettingStarted, masters, playground, community or analytics",
    )
    parser.add_argument(
        "--sort-by",
        metavar="ORDER",
        help="grouped, best, prize, earliestDeadline, latestDeadline, numberOfTeams, relevance or "
        "recentlyCreated",
    )
    parser.add_argument("-p", "--page", type=count, metavar="N", help="the page to show, from 1")
    declare_pages(parser, "competitions")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    check_pages(parsed)
    return Options(
        group=parsed.group,
        category=parsed.category,
        sort_by=parsed.sort_by,
        search=parsed.search,
        page=parsed.page,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints one page of competitions."""
    from brant.client.competitions.listing import list_competitions

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        answer = list_competitions(
            session,
            group=options.group,
            category=options.category,
            sort_by=options.sort_by,
            search=options.search,
            page=options.page,
            page_token=options.page_token,
            page_size=options.page_size,
        )
    rows = [
        (
            one.ref,
            one.deadline,
            one.category,
            one.reward,
            one.team_count,
            one.user_has_entered,
            one.user_rank,
            one.title,
        )
        for one in answer.competitions
    ]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("no competitions found")
    context.tell_next(answer.next_page_token)
