"""`brant auth`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("login", "log in through a browser", "brant.cli.auth.login"),
    Verb("status", "tell who you are to the server, and what you may do there", "brant.cli.auth.status"),
    Verb("print-access-token", "print a fresh access token", "brant.cli.auth.print_access_token"),
    Verb("revoke", "end the login at the server, with every token that came of it", "brant.cli.auth.revoke"),
    Verb("logout", "forget the login on this machine, and end it at the server", "brant.cli.auth.logout"),
)
