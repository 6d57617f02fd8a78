"""`brant config path`: where the settings are kept."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context


class Options(NamedTuple):
    """None."""


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant config path`."""


def read(_parsed: Namespace) -> Options:
    """The options of one call."""
    return Options()


def run(_options: Options, context: Context) -> None:
    """Prints the path, whether or not the file is there yet."""
    from brant.client import configuration

    profile = configuration.profile_of(context.environ, context.profile)
    context.out.write(f"{configuration.path(context.environ, context.home, profile)}\n")
