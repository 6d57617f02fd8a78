"""The options of verbs that are told which competition, and no more."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.output import Format
from brant.cli.parser import declare_format, declare_quiet


class Options(NamedTuple):
    """Which competition."""

    competition: Which
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of such a verb."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser)


def declare_with_json(parser: ArgumentParser) -> None:
    """The same where the official command line has --json."""
    declare_competition(parser)
    declare_quiet(parser)
    declare_format(parser, json=True)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), parsed.format)
