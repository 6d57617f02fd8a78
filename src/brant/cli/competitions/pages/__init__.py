"""`brant competitions pages`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("list", "list the pages of a competition, or print them", "brant.cli.competitions.pages.list"),
    Verb("create", "add a page", "brant.cli.competitions.pages.create"),
    Verb("update", "change a page", "brant.cli.competitions.pages.update"),
    Verb("delete", "delete a page", "brant.cli.competitions.pages.delete"),
)
