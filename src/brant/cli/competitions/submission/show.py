"""`brant competitions submission show`: what came of one submission."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.submitted import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format

EXAMPLES = """\
examples:
  brant competitions submission show 12
  brant competitions submission show 12 --format 'json(status,publicScore)'"""


class Options(NamedTuple):
    """Which submission, by its number."""

    ref: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions submission show`."""
    parser.add_argument("ref", type=count, help="the submission's number")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.ref, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints a line for each thing that is known."""
    from brant.client.competitions.submissions import submission

    output = context.output(options.format)
    output.chosen(COLUMNS)
    with context.session() as session:
        found = submission(session, options.ref)
    output.details(COLUMNS, row(found))
