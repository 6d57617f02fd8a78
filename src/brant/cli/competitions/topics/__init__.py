"""`brant competitions topics`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("list", "list the topics of a competition's discussion", "brant.cli.competitions.topics.list"),
    Verb("show", "print one topic with its messages", "brant.cli.competitions.topics.show"),
    Verb("post", "begin a topic, or write to one", "brant.cli.competitions.topics.post"),
)
