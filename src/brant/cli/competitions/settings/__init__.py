"""`brant competitions settings`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("get", "show the settings of a competition that you host", "brant.cli.competitions.settings.get"),
    Verb("update", "change settings by a file of some of them", "brant.cli.competitions.settings.update"),
)
