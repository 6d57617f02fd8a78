"""`brant datasets status`: how far the newest version of a dataset is."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import declare_handle, read_handle, resolve
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format

EXAMPLES = """\
examples:
  brant datasets status owner/penguins
  brant datasets status owner/penguins --format 'json(current_version_number)'"""

_STATUS = Column("status")
_VERSION = Column("current_version_number", "number")


class Options(NamedTuple):
    """Which dataset."""

    dataset: str
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets status`."""
    declare_handle(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(dataset=read_handle(parsed), format=parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints the state in lower case: `ready` is what scripts wait for."""
    from brant.client import datasets

    output = context.output(options.format)
    # People are told the state alone, and only what is shown is asked for.
    columns = (_STATUS,) if output.is_table else tuple(output.chosen((_STATUS, _VERSION)))
    row: list[Value] = []
    with context.session() as session:
        handle = resolve(options.dataset, session)
        for column in columns:
            if column is _STATUS:
                row.append(datasets.status(session, handle).value.lower())
            else:
                row.append(datasets.view(session, handle).current_version_number)
    output.record(columns, row, sentence=str(row[0]))
