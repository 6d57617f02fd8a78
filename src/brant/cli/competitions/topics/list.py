"""`brant competitions topics list`: the topics of a competition's discussion, page by page."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, count, declare_format, declare_quiet
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions topics penguins
  brant competitions topics list penguins -s new --page 2"""

_COLUMNS = (
    Column("id", "number"),
    Column("title"),
    Column("authorName"),
    Column("commentCount", "number"),
    Column("votes", "number"),
    Column("postDate", "moment"),
    Column("isSticky"),
    Column("topicUrl"),
)


class Options(NamedTuple):
    """Which topics; `page` counts from 1."""

    competition: Which
    sort_by: str | None
    page: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions topics list`."""
    declare_competition(parser)
    parser.add_argument("-s", "--sort-by", metavar="ORDER", help="hot, top, new, recent, active or relevance")
    parser.add_argument("-p", "--page", type=count, metavar="N", help="the page to show, from 1")
    parser.add_argument(
        "--page-size", type=count, metavar="N", help="taken for the sake of scripts: a page has 20 topics"
    )
    parser.add_argument("--page-token", metavar="TOKEN", help="the token that the page before gave")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    check_pages(parsed)
    token = parsed.page_token or "1"
    if not (token.isascii() and token.isdigit()):
        raise UsageError(f"--page-token {token[:40]!r} is none that this list gives: they are page numbers")
    return Options(
        read_competition(parsed), parsed.sort_by, parsed.page or int(token[:9]) or 1, parsed.format
    )


def run(options: Options, context: Context) -> None:
    """Prints one page of topics."""
    from brant.client.competitions.topics import TOPICS_ON_A_PAGE, topics

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        answer = topics(session, slug, sort_by=options.sort_by, page=options.page)
    rows = [
        (
            one.id,
            one.title,
            one.author_name,
            one.comment_count,
            one.votes,
            one.post_date,
            one.is_sticky,
            one.topic_url,
        )
        for one in answer.topics
    ]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("no topics found")
    if options.page * TOPICS_ON_A_PAGE < answer.total_count:
        context.tell_next(str(options.page + 1))
