"""`brant competitions rescore`: has all submissions of a competition that you host scored again."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format, counted
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions rescore penguins"""

_COLUMNS = (Column("submissions", "number"),)


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions rescore`."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)


def run(options: Options, context: Context) -> None:
    """Puts them in line; places change as the scores come."""
    from brant.client.competitions.scoring import rescore

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        number = rescore(session, slug)
    sentence = f"{counted(number, 'submission')} of {slug} will be scored again."
    output.record(_COLUMNS, (number,), sentence=sentence)
