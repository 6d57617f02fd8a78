"""`brant competitions data`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("update", "publish a folder as a competition's data", "brant.cli.competitions.data.update"),
)
