"""The words of the command line, and how one is found; the code behind a word is imported when it is used."""

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

HELP = ("-h", "--help")
VERSION = ("-v", "--version")
FLAGS = ("--verbose", "-W", "--no-warn")
SETTINGS = ("--endpoint", "--profile")


class Command:
    """One word of the command line, with the module that stands behind it."""

    def __init__(self, name: str, summary: str, module: str, *, aliases: tuple[str, ...] = ()) -> None:
        self.name = name
        self.summary = summary
        self.aliases = aliases
        self._module = module

    def load(self) -> ModuleType:
        """The module, imported now."""
        return import_module(self._module)


class Noun(Command):
    """A word that has commands of its own: its module's `COMMANDS`."""

    def commands(self) -> tuple[Command, ...]:
        """Its commands, in the order that help shows them."""
        commands: tuple[Command, ...] = self.load().COMMANDS
        return commands


class Verb(Command):
    """A word that is run: its module declares it, reads its options, and runs it (see `verbs`)."""


class ServerCommand(Command):
    """A word that the server takes over whole, with everything behind it."""


ROOT = Noun("brant", "Kaggle's API on both ends of the wire", "brant.cli.root")


class Found:
    """Where the words lead: a command, the words that name it, options met on the way, and what is left."""

    def __init__(self, command: Command, path: list[str], early: list[str], rest: list[str]) -> None:
        self.command = command
        self.path = path
        self.early = early
        self.rest = rest


def find(words: Sequence[str]) -> Found:
    """Follows `words` from the root to a verb, or to the noun whose help is asked for. Raises UsageError."""
    command: Command = ROOT
    path, early, rest = [ROOT.name], list[str](), list(words)
    while isinstance(command, Noun) and rest:
        word = rest.pop(0)
        if word in HELP or (command is ROOT and word in VERSION):
            return Found(command, path, early, [word])
        if word.startswith("-"):
            early += _option(word, rest, path)
        else:
            command = _child(command, word, path)
            path.append(command.name)
    return Found(command, path, early, rest)


def _option(word: str, rest: list[str], path: list[str]) -> list[str]:
    """One option that may stand before the verb, with its value where it takes one."""
    name, equals, _ = word.partition("=")
    if word in FLAGS or (equals and name in SETTINGS):
        return [word]
    if word in SETTINGS and rest:
        return [word, rest.pop(0)]
    from brant.cli.suggestions import unknown
    from brant.errors import UsageError

    if word in SETTINGS:
        raise UsageError(f"{word} needs a value")
    raise UsageError(unknown("option", name, (*HELP, *FLAGS, *SETTINGS), " ".join(path)))


def _child(noun: Noun, word: str, path: list[str]) -> Command:
    commands = noun.commands()
    for command in commands:
        if word == command.name or word in command.aliases:
            return command
    from brant.cli.suggestions import unknown
    from brant.errors import UsageError

    raise UsageError(unknown("command", word, tuple(command.name for command in commands), " ".join(path)))
