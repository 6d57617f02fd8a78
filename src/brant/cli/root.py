"""The nouns of the command line."""

from brant.cli.commands import Command, Noun, ServerCommand, Verb

COMMANDS: tuple[Command, ...] = (
    Noun("datasets", "find, fetch and publish datasets", "brant.cli.datasets", aliases=("d",)),
    Noun("competitions", "enter, host and score competitions", "brant.cli.competitions", aliases=("c",)),
    Noun("auth", "log in and out, and see as whom", "brant.cli.auth"),
    Noun("cache", "check what the libraries keep on this machine", "brant.cli.cache"),
    Noun("config", "see and change the settings kept in kaggle.json", "brant.cli.config"),
    Verb("doctor", "check set-up, credentials and the way to the server", "brant.cli.doctor"),
    Verb("env", "print the variables that point every client at a server", "brant.cli.env"),
    Verb("completion", "print the completion script of a shell", "brant.cli.completion"),
    ServerCommand("serve", "run a server of your own", "brant.server.main"),
    ServerCommand("worker", "score submissions beside that server", "brant.server.main"),
    ServerCommand("admin", "users, tokens, backups of that server", "brant.server.main"),
    Verb("help", "explain a command, or the exit codes", "brant.cli.help"),
)

EPILOG = """\
Options may also stand behind the command. brant help exit-codes lists what each exit code means.
A server of your own: brant serve, then eval "$(brant env)" in another terminal."""
