"""How the messages of a topic are shown."""

from typing import TYPE_CHECKING

from brant.cli.context import Context
from brant.cli.output import Column, Format

if TYPE_CHECKING:
    from brant.contract.topic_messages import ApiTopicMessage

COLUMNS = (
    Column("id", "number"),
    Column("authorName"),
    Column("postDate", "moment"),
    Column("votes", "number"),
    Column("content"),
)


def show(found: "list[ApiTopicMessage]", format_: Format, context: Context) -> None:
    """Prints each message, followed by the replies to it."""
    from brant.client.competitions.topics import flattened

    rows = [
        (one.id, one.author_name, one.post_date, one.votes, one.raw_markdown or one.content)
        for one in flattened(found)
    ]
    context.output(format_).rows(COLUMNS, rows)
    if not rows:
        context.say("no messages found")
