"""`brant competitions host-submissions`: everybody's submissions, with what holds them up."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions import submitted
from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format, declare_pages, declare_quiet

if TYPE_CHECKING:
    from brant.contract.competition_extensions import HostSubmission

EXAMPLES = """\
examples:
  brant competitions host-submissions penguins
  brant competitions host-submissions penguins --state held --format json"""

_COLUMNS = (
    *submitted.COLUMNS,
    Column("teamId", "number"),
    Column("isLate"),
    Column("isSelected"),
    Column("held"),
)


class Options(NamedTuple):
    """Which submissions."""

    competition: Which
    state: str | None
    page_token: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions host-submissions`."""
    declare_competition(parser)
    parser.add_argument(
        "--state", metavar="STATE", help="all (default), pending, held (by your metric), error or complete"
    )
    declare_pages(parser, "submissions")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        competition=read_competition(parsed),
        state=parsed.state,
        page_token=parsed.page_token,
        page_size=parsed.page_size,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Prints one page of them, the newest first."""
    from brant.client.competitions.scoring import host_submissions

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        page = host_submissions(
            session, slug, state=options.state, page_size=options.page_size, page_token=options.page_token
        )
    output.rows(_COLUMNS, [_row(one) for one in page.submissions])
    if not page.submissions:
        context.say("no submissions found")
    context.tell_next(page.next_page_token)


def _row(one: "HostSubmission") -> tuple[Value, ...]:
    from brant.contract.competition_messages import ApiSubmission

    return (
        *submitted.row(one.submission or ApiSubmission()),
        one.team_id,
        one.is_late,
        one.is_selected,
        one.held or None,
    )
