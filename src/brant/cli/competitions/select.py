"""`brant competitions select`: chooses the submissions that count in the end."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.submitted import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format, counted
from brant.cli.parser import count, declare_format
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions select penguins 12 15
  brant competitions select penguins --none"""


class Options(NamedTuple):
    """Exactly these submissions, by their numbers; none leaves it to the best public ones."""

    competition: Which
    refs: tuple[int, ...]
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions select`."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("refs", nargs="*", type=count, metavar="REF", help="the numbers of submissions")
    parser.add_argument("--none", action="store_true", help="choose none: the best public ones count")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError."""
    if bool(parsed.refs) == parsed.none:
        raise UsageError(
            "name the submissions that are to count, or --none to leave it to the best public ones"
        )
    return Options(Which(parsed.competition, quiet=True), tuple(parsed.refs), parsed.format)


def run(options: Options, context: Context) -> None:
    """Chooses, and prints what is chosen."""
    from brant.client.competitions.submissions import select

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        answer = select(session, slug, options.refs)
    output.rows(COLUMNS, [row(one) for one in answer.submissions])
    if not answer.submissions:
        context.say("none is chosen: the best public ones count")
    else:
        context.say(f"{counted(len(answer.submissions), 'submission')} chosen of {answer.allowed} allowed")
