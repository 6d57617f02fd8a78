"""`brant competitions topics post`: begins a topic, or writes to one."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import count, declare_format, declare_quiet
from brant.errors import UsageError

EXAMPLES = """\
examples:
  brant competitions topics post penguins --title "Missing values" -m "How do you fill them?"
  brant competitions topics post penguins --topic 7 --reply-to 31 -f answer.md"""

_COLUMNS = (Column("topicId", "number"), Column("messageId", "number"))


class Options(NamedTuple):
    """What to say, and where; `title` begins a topic."""

    competition: Which
    title: str
    topic: int
    reply_to: int
    message: str | None
    file: Path | None
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions topics post`."""
    declare_competition(parser)
    parser.add_argument("--title", metavar="TEXT", help="begin a topic with this title")
    parser.add_argument("--topic", type=count, metavar="N", help="write to this topic")
    parser.add_argument("--reply-to", type=count, metavar="N", help="in reply to this message of it")
    parser.add_argument("-m", "--message", metavar="TEXT", help="what to say, as Markdown")
    parser.add_argument("-f", "--file", metavar="FILE", help="a file with what to say")
    declare_quiet(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError for what does not go together."""
    if bool(parsed.title) == bool(parsed.topic):
        raise UsageError("begin a topic by --title, or write to one by --topic: give one of them")
    if bool(parsed.message) == bool(parsed.file):
        raise UsageError("say what by --message or by --file: give one of them")
    if parsed.reply_to and not parsed.topic:
        raise UsageError("--reply-to needs the --topic of that message")
    return Options(
        competition=read_competition(parsed),
        title=parsed.title or "",
        topic=parsed.topic or 0,
        reply_to=parsed.reply_to or 0,
        message=parsed.message,
        file=Path(parsed.file) if parsed.file else None,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Posts the message."""
    from brant.client.competitions.pages import read_text
    from brant.client.competitions.topics import post

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    content = read_text(options.file) if options.file else options.message or ""
    with context.session() as session:
        done = post(session, slug, content, title=options.title, topic=options.topic, parent=options.reply_to)
    output.record(
        _COLUMNS,
        (done.topic_id, done.message_id),
        sentence=f"Posted as message {done.message_id} of topic {done.topic_id}.",
    )
