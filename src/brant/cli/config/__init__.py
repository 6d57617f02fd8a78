"""`brant config`: the settings kept in kaggle.json, which the official clients read too."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("view", "show the settings in force, secrets left out", "brant.cli.config.view"),
    Verb("set", "change a setting", "brant.cli.config.set"),
    Verb("unset", "remove a setting", "brant.cli.config.unset"),
    Verb("path", "print where the settings are kept", "brant.cli.config.path"),
)
