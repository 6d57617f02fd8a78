"""The help of a noun: its commands, a line each. Made without argparse, which would double start-up."""

from collections.abc import Sequence

from brant.cli.commands import ROOT, Noun

COMMON = (
    ("--endpoint URL", "the server to talk to"),
    ("--profile NAME", "the profile that names server and credentials"),
    ("--verbose", "trace each request on standard error, secrets left out"),
    ("-W, --no-warn", "taken for the sake of scripts; brant has no such warning"),
    ("-h, --help", "this help"),
)


def noun_help(noun: Noun, path: Sequence[str]) -> str:
    """What `brant … --help` prints for `noun`, reached by the words of `path`."""
    usage = " ".join(path)
    commands = [
        (
            ", ".join((command.name, *command.aliases)),
            command.summary + (" (also without its name)" if command.name == noun.default else ""),
        )
        for command in noun.commands()
    ]
    options = [*COMMON, ("-v, --version", "the version of brant")] if noun is ROOT else list(COMMON)
    parts = [
        f"usage: {usage} COMMAND [options]\n",
        f"{noun.summary[0].upper()}{noun.summary[1:]}.\n",
        "commands:\n" + _two_columns(commands),
        "options:\n" + _two_columns(options),
        f"{usage} COMMAND --help tells more about a command.\n",
    ]
    if noun is ROOT:
        from brant.cli.root import EPILOG

        parts.append(EPILOG + "\n")
    return "\n".join(parts)


def _two_columns(rows: Sequence[tuple[str, str]]) -> str:
    left = max(len(name) for name, _ in rows)
    return "".join(f"  {name:<{left}}  {text}\n" for name, text in rows)
