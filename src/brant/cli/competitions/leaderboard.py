"""`brant competitions leaderboard`: shows the leaderboard, or downloads all of it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, own_folder, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import check_pages, declare_format, declare_pages, declare_quiet
from brant.errors import UsageError

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.competition_messages import ApiLeaderboardSubmission

EXAMPLES = """\
examples:
  brant competitions leaderboard penguins
  brant competitions leaderboard penguins --all --format csv
  brant competitions leaderboard penguins --download -p ./boards"""

_COLUMNS = (
    Column("teamId", "number"),
    Column("teamName"),
    Column("submissionDate", "moment"),
    Column("score", "number"),
)
_FILE = (Column("path"),)


class Options(NamedTuple):
    """Whether to `show` or to `download`; `everything` follows the pages to their end."""

    competition: Which
    show: bool
    download: bool
    path: Path | None
    public: bool
    everything: bool
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions leaderboard`."""
    declare_competition(parser)
    parser.add_argument("-s", "--show", action="store_true", help="print it (default)")
    parser.add_argument("-d", "--download", action="store_true", help="fetch all of it, as a zip with a CSV")
    parser.add_argument(
        "-p", "--path", metavar="FOLDER", help="where to (default: a folder named as the competition)"
    )
    parser.add_argument(
        "--public", action="store_true", help="the public one, after the end of the competition too"
    )
    parser.add_argument(
        "--all", action="store_true", dest="everything", help="every place, not a page of them"
    )
    declare_pages(parser, "places")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    check_pages(parsed)
    if parsed.show and parsed.download and parsed.format.name != "table":
        raise UsageError("--show and --download together would be two results: give one of them")
    return Options(
        competition=read_competition(parsed),
        show=parsed.show or not parsed.download,
        download=parsed.download,
        path=Path(parsed.path) if parsed.path else None,
        public=parsed.public,
        everything=parsed.everything,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Downloads, shows, or both."""
    slug = options.competition.slug(context)
    with context.session() as session:
        if options.download:
            _download(session, slug, options, context)
        if options.show:
            _show(session, slug, options, context)


def _download(session: "Session", slug: str, options: Options, context: Context) -> None:
    from brant.client.competitions.leaderboard import download_leaderboard

    output = context.output(options.format)
    output.chosen(_FILE)
    path = download_leaderboard(session, slug, options.path or own_folder(slug, context))
    output.record(_FILE, (str(path),), sentence=str(path))


def _show(session: "Session", slug: str, options: Options, context: Context) -> None:
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    places, next_page_token = _places(session, slug, options)
    output.rows(
        _COLUMNS, [(place.team_id, place.team_name, place.submission_date, place.score) for place in places]
    )
    if not places:
        context.say("nobody is on the leaderboard")
    context.tell_next(next_page_token)


def _places(
    session: "Session", slug: str, options: Options
) -> "tuple[list[ApiLeaderboardSubmission], str | None]":
    """The places asked for, and the token of the page behind them."""
    from brant.client.competitions.leaderboard import leaderboard, whole_leaderboard

    if options.everything:
        return list(whole_leaderboard(session, slug, public=options.public)), None
    page = leaderboard(
        session, slug, public=options.public, page_size=options.page_size, page_token=options.page_token
    )
    return page.submissions, page.next_page_token
