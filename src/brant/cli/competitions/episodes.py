"""`brant competitions episodes`: the episodes that a submission to a simulation played in."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import count, declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions episodes 12"""

_COLUMNS = (
    Column("id", "number"),
    Column("createTime", "moment"),
    Column("endTime", "moment"),
    Column("state"),
    Column("type"),
)


class Options(NamedTuple):
    """Of which submission, by its number."""

    submission: int
    quiet: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions episodes`."""
    parser.add_argument("submission_id", type=count, help="the submission's number")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.submission_id, parsed.quiet, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.episodes import episodes

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        found = episodes(session, options.submission)
    rows = [(one.id, one.create_time, one.end_time, one.state.value, one.type.value) for one in found]
    output.rows(_COLUMNS, rows)
    if not rows:
        context.say("no episodes found")
    elif not options.quiet:
        context.say(
            "a replay: brant competitions replay ID; what an agent wrote: brant competitions logs ID 0"
        )
