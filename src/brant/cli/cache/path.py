"""`brant cache path`: where the cache is."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context


class Options(NamedTuple):
    """None."""


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant cache path`."""


def read(_parsed: Namespace) -> Options:
    """The options of one call."""
    return Options()


def run(_options: Options, context: Context) -> None:
    """Prints the folder, whether or not it is there yet."""
    from brant.hub.cache import cache_folder

    context.out.write(f"{cache_folder(context.environ, context.home)}\n")
