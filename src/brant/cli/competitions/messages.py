"""How the messages of a topic are shown."""

from typing import TYPE_CHECKING

from brant.cli.context import Context
from brant.cli.output import Column, Format, counted

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
    """Prints each message, followed by the replies to it: to people all that it says."""
    from brant.client.competitions.topics import flattened

    output = context.output(format_)
    rows = [
        (one.id, one.author_name, one.post_date, one.votes, one.raw_markdown or one.content)
        for one in flattened(found)
    ]
    if not rows:
        context.say("no messages found")
    if not output.is_table or format_.fields:
        output.rows(COLUMNS, rows)
        return
    from brant.cli.table import shown

    for number, author, date, votes, content in rows:
        when = shown(COLUMNS[2], date) or "no date"
        output.text(f"message {number} of {author}, {when}, {counted(votes, 'vote')}", content or "")
