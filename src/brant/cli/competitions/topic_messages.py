"""`brant competitions topic-messages`: the messages of one topic, replies included."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.messages import COLUMNS, show
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format, declare_quiet
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions topic-messages penguins 7
  brant competitions topic-messages penguins 7 -s new -n 50"""


class Options(NamedTuple):
    """Which topic, by its number."""

    competition: Which
    topic: int
    sort_by: str | None
    page_size: int | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions topic-messages`."""
    declare_competition(parser)
    parser.add_argument("topic_id", nargs="?", type=count, help="the topic's number")
    parser.add_argument("-s", "--sort-by", metavar="ORDER", help="hot, new, old or top")
    parser.add_argument("-n", "--page-size", type=count, metavar="N", help="messages at most")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError where no number is given."""
    which, topic = read_competition(parsed), parsed.topic_id
    text: str = parsed.competition or ""
    if topic is None and text.isascii() and text.isdigit():
        # The number alone: of the competition that is configured, or named by -c.
        which, topic = which._replace(text=parsed.competition_option), int(text[:18])
    if topic is None:
        raise UsageError("say which topic, by its number: brant competitions topics lists them")
    return Options(which, topic, parsed.sort_by, parsed.page_size, parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.topics import messages

    context.output(options.format).chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = messages(session, slug, options.topic, sort_by=options.sort_by, page_size=options.page_size)
    show(found, options.format, context)
