"""The reference of the whole command line, as Markdown, from the same declarations as the help."""

from argparse import Action
from collections.abc import Iterator, Sequence

from brant.cli.commands import ROOT, Command, Noun, ServerCommand, Verb
from brant.cli.exit_codes import exit_codes
from brant.cli.nounhelp import COMMON
from brant.cli.parser import actions, verb_parser

_INTRODUCTION = """\
# The command line

Generated from the declarations that `--help` shows. Results go to standard output, everything else to
standard error. With `--format json` standard output is exactly one JSON document, after an error too:
`{"error": {"code": …, "message": …}}`. How far a transfer is: [progress](progress.md).
"""


def render_reference() -> str:
    """`docs/cli.md`: every command with every option, then the exit codes."""
    parts = [
        _INTRODUCTION,
        "## Options of every command\n\n"
        + _table(("option", "meaning"), [(f"`{option}`", text) for option, text in COMMON]),
    ]
    for path, command in _walk(ROOT, [ROOT.name]):
        parts.append(_section(path, command))
    codes = [(str(code.code), str(code.status or ""), code.meaning) for code in exit_codes()]
    parts.append("## Exit codes\n\n" + _table(("exit code", "`code` in JSON", "meaning"), codes))
    return "\n".join(parts)


def _walk(noun: Noun, path: list[str]) -> Iterator[tuple[list[str], Command]]:
    for command in noun.commands():
        below = [*path, command.name]
        yield below, command
        if isinstance(command, Noun):
            yield from _walk(command, below)


def _section(path: list[str], command: Command) -> str:
    title = f"{'#' * len(path)} {' '.join(path)}\n\n{command.summary[0].upper()}{command.summary[1:]}."
    if command.aliases:
        title += f" Also spelled {', '.join(f'`{alias}`' for alias in command.aliases)}."
    if isinstance(command, ServerCommand):
        return f"{title} See `{' '.join(path)} --help`; needs `brant[server]`.\n"
    if not isinstance(command, Verb):
        return f"{title}\n"
    parser = verb_parser(command, path)
    common = {option.split(", ")[-1].split()[0] for option, _ in COMMON}
    rows = [
        (_spelling(action), _meaning(action))
        for action in actions(parser)
        if not common.intersection(action.option_strings)
    ]
    table = "\n\n" + _table(("argument", "meaning"), rows) if rows else "\n"
    examples = str(parser.epilog or "").removeprefix("examples:\n")
    return title + table + (f"\n```sh\n{_dedented(examples)}\n```\n" if examples else "")


def _spelling(action: Action) -> str:
    """As the help shows it: `-p, --path FOLDER`."""
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`"
    return f"`{', '.join(action.option_strings)}{'' if action.nargs == 0 else f' {value}'}`"


def _meaning(action: Action) -> str:
    return f"{action.help or ''}{' (required)' if action.required and action.option_strings else ''}"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


def _dedented(text: str) -> str:
    return "\n".join(line.removeprefix("  ") for line in text.splitlines())
