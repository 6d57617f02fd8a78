"""`brant competitions setup`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("get", "show metric, split and limits", "brant.cli.competitions.setup.get"),
    Verb("update", "set metric, split and limits", "brant.cli.competitions.setup.update"),
)
