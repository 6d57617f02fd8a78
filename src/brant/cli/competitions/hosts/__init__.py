"""`brant competitions hosts`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("list", "list who hosts", "brant.cli.competitions.hosts.list"),
    Verb("add", "make a user a host", "brant.cli.competitions.hosts.add"),
)
