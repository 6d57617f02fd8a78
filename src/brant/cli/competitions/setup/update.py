"""`brant competitions setup update`: sets metric, split and limits of a competition that you host."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any, NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.setups import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format, declare_quiet
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions setup update penguins --metric f_beta --param beta=2 --public-percent 30
  brant competitions setup update penguins --metric-file metric.py --lower-is-better
  brant competitions setup update penguins --max-daily-submissions 10 --max-team-size 3"""

_NUMBERS = {
    "public_percent": "percent of the rows whose score is public, where the solution has no column Usage",
    "split_seed": "which rows these are: another seed, other rows",
    "max_daily_submissions": "submissions of a team on one day (UTC)",
    "max_total_submissions": "submissions of a team in all, 0 for any number",
    "max_team_size": "members of a team",
    "max_selected": "submissions that a team may choose for the end",
    "max_submission_bytes": "bytes of a submission",
    "scoring_seconds": "seconds that the scoring of one submission may take",
}


class Options(NamedTuple):
    """What is to be changed, by the names of the setup's fields."""

    competition: Which
    changes: dict[str, Any]
    metric_file: Path | None
    quiet: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions setup update`."""
    declare_competition(parser)
    parser.add_argument("--metric", metavar="NAME", help="one that brant competitions metrics lists")
    parser.add_argument(
        "--metric-file", metavar="FILE", help="a metric of your own: a Python file with score(…)"
    )
    parser.add_argument(
        "--param",
        action="append",
        type=_pair,
        metavar="NAME=VALUE",
        help="a parameter of the metric; may be repeated",
    )
    direction = parser.add_mutually_exclusive_group()
    direction.add_argument("--higher-is-better", action="store_true", help="as to a metric of your own")
    direction.add_argument("--lower-is-better", action="store_true", help="as to a metric of your own")
    parser.add_argument("--row-id-column", metavar="NAME", help="the column that names the rows")
    for name, text in _NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=_number, metavar="N", help=text)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    if parsed.metric and parsed.metric_file and parsed.metric != "custom":
        raise UsageError("--metric and --metric-file exclude each other: give one of them")
    changes: dict[str, Any] = {
        name: getattr(parsed, name)
        for name in ("metric", "row_id_column", *_NUMBERS)
        if getattr(parsed, name) is not None
    }
    if parsed.param:
        changes["metric_parameters"] = dict(parsed.param)
    if parsed.higher_is_better or parsed.lower_is_better:
        changes["higher_is_better"] = parsed.higher_is_better
    file = Path(parsed.metric_file) if parsed.metric_file else None
    return Options(read_competition(parsed), changes, file, parsed.quiet, parsed.format)


def run(options: Options, context: Context) -> None:
    """Sets it, and prints what is in force then."""
    from brant.client.competitions.scoring import update_setup

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = update_setup(session, slug, options.changes, options.metric_file)
    if not (options.quiet and output.is_table):
        output.details(COLUMNS, row(found))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentTypeError(f"{text[:40]!r} is no parameter: write NAME=VALUE")
    return name, value


def _number(text: str) -> int:
    return 0 if text == "0" else count(text)
