"""`brant competitions metrics`: the metrics that are built in, with their parameters."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format
from brant.errors import NotFound

if TYPE_CHECKING:
    from brant.contract.competition_extensions import Metric

EXAMPLES = """\
examples:
  brant competitions metrics
  brant competitions metrics f_beta"""

_COLUMNS = (
    Column("name"),
    Column("title"),
    Column("higherIsBetter"),
    Column("parameters"),
    Column("description"),
    Column("fileFormat"),
    Column("source"),
)
_SHOWN = tuple(column.name for column in _COLUMNS[:4])


class Options(NamedTuple):
    """One metric in full, or all of them."""

    name: str | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions metrics`."""
    parser.add_argument("name", nargs="?", help="tell all of this one")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.name, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them; one in full, with what a valid file looks like."""
    from brant.client.competitions.scoring import metrics

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        found = metrics(session)
    if options.name is None:
        wanted = options.format.fields or (_SHOWN if output.is_table else ())
        context.output(Format(options.format.name, wanted)).rows(_COLUMNS, [_row(one) for one in found])
        return
    for one in found:
        if one.name == options.name:
            output.details(_COLUMNS, _row(one))
            return
    names = ", ".join(one.name for one in found)
    raise NotFound(
        f"there is no metric {options.name[:60]!r}: choose from {names}, or upload one of your own"
    )


def _row(one: "Metric") -> tuple[Value, ...]:
    return (
        one.name,
        one.title,
        one.higher_is_better,
        ", ".join(f"{parameter.name}={parameter.default}" for parameter in one.parameters),
        one.description,
        one.file_format,
        one.source,
    )
