"""`brant competitions sample`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("create", "upload the sample submission", "brant.cli.competitions.sample.create"),
)
