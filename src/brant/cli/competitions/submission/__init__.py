"""`brant competitions submission`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("show", "tell what came of a submission", "brant.cli.competitions.submission.show"),
    Verb("download", "download the file of a submission", "brant.cli.competitions.submission.download"),
)
