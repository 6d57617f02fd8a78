"""`brant competitions judges`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("list", "list who judges", "brant.cli.competitions.judges.list"),
    Verb("add", "make a user a judge", "brant.cli.competitions.judges.add"),
)
