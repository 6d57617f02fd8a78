"""`brant completion`: the completion script of a shell, made by shtab from what the help is made of."""

from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import NamedTuple

from brant.cli.commands import ROOT, Noun, Verb
from brant.cli.context import Context
from brant.cli.parser import Parser, verb_parser
from brant.errors import LocalFailure

EXAMPLES = """\
examples:
  eval "$(brant completion bash)"
  brant completion zsh > ~/.zfunc/_brant
  brant completion fish > ~/.config/fish/completions/brant.fish"""


class Options(NamedTuple):
    """For which shell."""

    shell: str


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant completion`."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish", "tcsh", "powershell"), help="the shell")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.shell)


def run(options: Options, context: Context) -> None:
    """Prints the script. Raises LocalFailure where shtab is not installed."""
    try:
        shtab = import_module("shtab")
    except ModuleNotFoundError:
        raise LocalFailure("completion needs the package shtab: pip install shtab") from None
    context.out.write(shtab.complete(whole_parser(), options.shell) + "\n")


def whole_parser() -> Parser:
    """One parser of the whole command line, every module imported: for tools that walk it."""
    parser = Parser(prog=ROOT.name, description=ROOT.summary)
    _add(parser, ROOT, [ROOT.name])
    return parser


def _add(parser: ArgumentParser, noun: Noun, path: list[str]) -> None:
    choices = parser.add_subparsers(parser_class=Parser)
    for command in noun.commands():
        below = [*path, command.name]
        parents = [verb_parser(command, below)] if isinstance(command, Verb) else []
        added = choices.add_parser(
            command.name, help=command.summary, aliases=command.aliases, parents=parents, add_help=not parents
        )
        if isinstance(command, Noun):
            _add(added, command, below)
