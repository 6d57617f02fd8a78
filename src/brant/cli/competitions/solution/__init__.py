"""`brant competitions solution`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("create", "upload the solution file", "brant.cli.competitions.solution.create"),
    Verb("status", "tell whether submissions can be scored", "brant.cli.competitions.solution.status"),
)
