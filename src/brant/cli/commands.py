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
    """A word that has commands of its own: its module's `COMMANDS`.

    `default` names the one that is meant where none is named, as official command lines have some.
    """

    def __init__(
        self,
        name: str,
        summary: str,
        module: str,
        *,
        aliases: tuple[str, ...] = (),
        default: str | None = None,
    ) -> None:
        super().__init__(name, summary, module, aliases=aliases)
        self.default = default

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
        if command.default and not _is_settled(word) and not _named(command, word):
            rest.insert(0, word)
            word = command.default
        if word.startswith("-"):
            early += _option(word, rest, path)
        else:
            command = _child(command, word, path)
            path.append(command.name)
    if isinstance(command, Noun) and command.default:
        command = _child(command, command.default, path)
        path.append(command.name)
    return Found(command, path, early, rest)


def _is_settled(word: str) -> bool:
    """Whether this is an option that may stand before any verb."""
    return word.partition("=")[0] in (*FLAGS, *SETTINGS)


def _named(noun: Noun, word: str) -> Command | None:
    """The command of `noun` that `word` names."""
    for command in noun.commands():
        if word == command.name or word in command.aliases:
            return command
    return None


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
    command = _named(noun, word)
    if command:
        return command
    from brant.cli.suggestions import unknown
    from brant.errors import UsageError

    raise UsageError(
        unknown("command", word, tuple(command.name for command in noun.commands()), " ".join(path))
    )
