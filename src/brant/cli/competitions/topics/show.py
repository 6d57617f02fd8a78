"""`brant competitions topics show`: one topic with its messages."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.messages import COLUMNS, show
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format, declare_quiet
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions topics show penguins/7
  brant competitions topics show penguins 7 --format json"""


class Options(NamedTuple):
    """Which topic, by its number."""

    competition: Which
    topic: int
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions topics show`."""
    parser.add_argument(
        "topic", help="competition/number; or the competition alone; or, of the configured one, the number"
    )
    parser.add_argument("number", nargs="?", type=count, help="the topic's number")
    parser.add_argument("--page-size", type=count, metavar="N", help="messages at most")
    parser.add_argument(
        "--page-token", metavar="TOKEN", help="taken for the sake of scripts: there is one page"
    )
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError where no number is given."""
    competition, slash, last = parsed.topic.rpartition("/")
    if parsed.number is not None:
        competition, last = parsed.topic, str(parsed.number)
    elif not slash:
        competition = ""
    if not (last.isascii() and last.isdigit()):
        raise UsageError(f"{parsed.topic[:80]!r} names no topic: write competition/number")
    which = Which(competition or None, parsed.quiet)
    return Options(which, int(last[:18]), parsed.page_size, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints its messages."""
    from brant.client.competitions.topics import messages

    context.output(options.format).chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = messages(session, slug, options.topic, page_size=options.page_size)
    show(found, options.format, context)
