"""`brant config view`: the settings in force."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format

_COLUMNS = (Column("name"), Column("value"))


class Options(NamedTuple):
    """How to show them."""

    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant config view`."""
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.format)


def run(options: Options, context: Context) -> None:
    """Prints the settings of file and variables together."""
    from brant.client import configuration

    profile = configuration.profile_of(context.environ, context.profile)
    values = configuration.view(context.environ, context.home, profile)
    context.say(
        f"settings from {configuration.path(context.environ, context.home, profile)} and KAGGLE_… variables"
    )
    context.output(options.format).rows(_COLUMNS, list(values.items()))
