"""The parser of one verb: argparse with our errors, our layout, and the options that every command has."""

import argparse
import sys
from typing import NoReturn

from brant.cli.commands import Verb
from brant.cli.output import Format
from brant.cli.terminal import width
from brant.errors import UsageError


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print and exit."""

    def error(self, message: str) -> NoReturn:
        """One line that names the command and where its help is."""
        raise UsageError(f"{self.prog.removeprefix('brant ')}: {message}; see {self.prog} --help")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """As wide as the terminal, up to 100 columns; to find that itself, argparse would import shutil."""

    def __init__(self, prog: str) -> None:
        columns = width(sys.stdout)
        super().__init__(prog, max_help_position=30, width=min(columns or 100, 100) - 2)


def verb_parser(verb: Verb, path: list[str]) -> Parser:
    """The parser of `verb`, reached by the words of `path`, with everything its module declares."""
    module = verb.load()
    parser = Parser(
        prog=" ".join(path),
        description=f"{verb.summary[0].upper()}{verb.summary[1:]}.",
        epilog=getattr(module, "EXAMPLES", None),
        formatter_class=_Formatter,
    )
    module.declare(parser)
    _declare_common(parser)
    return parser


def actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments and options that its help shows; argparse has no public way to list them."""
    return [action for action in parser._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001


def _declare_common(parser: argparse.ArgumentParser) -> None:
    """What `nounhelp` lists for every command."""
    common = parser.add_argument_group("options of every command")
    common.add_argument("--endpoint", metavar="URL", help="the server to talk to (BRANT_ENDPOINT)")
    common.add_argument("--profile", metavar="NAME", help="the profile that names server and credentials")
    common.add_argument(
        "--verbose", action="store_true", help="trace each request on standard error, secrets left out"
    )
    common.add_argument(
        "-W",
        "--no-warn",
        action="store_true",
        help="taken for the sake of scripts; brant has no such warning",
    )


def count(text: str) -> int:
    """The type of an argument that counts from 1."""
    if text.isascii() and text.isdigit() and int(text[:20]) > 0:
        return int(text[:20])
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from 1 on")


def seconds(text: str) -> float:
    """The type of an argument that is a time in seconds, more than none."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if 0 < found < float("inf"):
        return found
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of seconds above 0")


def declare_format(parser: argparse.ArgumentParser, *, short: bool = True, json: bool = False) -> None:
    """How results are shown; `format` of the parsed arguments is an `output.Format`.

    Without `short`, `-v` is left to another option of the verb; with `json`, there is `--json`, too.
    """
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--format",
        type=Format.parse,
        default=Format(),
        help="table (default), csv or json; with some fields alone: 'json(a,b)'",
    )
    group.add_argument(
        *(["-v"] if short else []),
        "--csv",
        dest="format",
        action="store_const",
        const=Format("csv"),
        help="as --format csv",
    )
    if json:
        group.add_argument(
            "--json", dest="format", action="store_const", const=Format("json"), help="as --format json"
        )


def declare_pages(
    parser: argparse.ArgumentParser, noun: str, *, size: int | None = None, nothing: str = ""
) -> None:
    """The options that choose a page of a list of `noun`; `check_pages` belongs to them.

    `size` is what a page has where none is given, `nothing` what is listed where no page is asked for.
    """
    words = nothing or ("" if size is None else str(size))
    default = f" (default {words})" if words else ""
    parser.add_argument(
        "--page-size", type=count, default=size, metavar="N", help=f"{noun} on a page{default}"
    )
    parser.add_argument("--page-token", metavar="TOKEN", help="the token that the page before gave")


def check_pages(parsed: argparse.Namespace) -> None:
    """Raises UsageError where --page-token and --page, or --all, would choose two different pages."""
    for option, name in (("--page", "page"), ("--all", "everything")):
        if parsed.page_token and getattr(parsed, name, None):
            raise UsageError(f"{option} and --page-token exclude each other: give one of them")


def declare_quiet(parser: argparse.ArgumentParser) -> None:
    """The option of verbs that say more than their result; `quiet` of the parsed arguments."""
    parser.add_argument("-q", "--quiet", action="store_true", help="the result alone, no hints")
