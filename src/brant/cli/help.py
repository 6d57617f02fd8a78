"""`brant help`: explains a command as --help does, or lists the exit codes."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context


class Options(NamedTuple):
    """The words of a command, or `exit-codes`."""

    words: tuple[str, ...]


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant help`."""
    parser.add_argument(
        "words", nargs="*", metavar="COMMAND", help="a command such as `datasets list`, or `exit-codes`"
    )


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(tuple(parsed.words))


def run(options: Options, context: Context) -> None:
    """Prints the help."""
    if options.words == ("exit-codes",):
        context.out.write(_exit_codes())
        return
    from brant.cli.dispatch import dispatch

    dispatch([*options.words, "--help"])


def _exit_codes() -> str:
    from brant.cli.exit_codes import exit_codes

    lines = [f"  {code.code:>3}  {code.meaning}\n" for code in exit_codes()]
    return "exit codes:\n" + "".join(lines)
