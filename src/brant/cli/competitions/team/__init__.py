"""`brant competitions team`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

_HERE = "brant.cli.competitions.team"

COMMANDS: tuple[Command, ...] = (
    Verb("show", "tell of your team and its invitations", f"{_HERE}.show"),
    Verb("rename", "give your team another name", f"{_HERE}.rename"),
    Verb("invite", "ask a user's team to become one with yours", f"{_HERE}.invite"),
    Verb("accept", "become one with a team that asks", f"{_HERE}.accept"),
    Verb("decline", "stay apart from a team that asks", f"{_HERE}.decline"),
)
