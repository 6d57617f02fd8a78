"""`brant config unset`: removes a setting."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context
from brant.errors import InvalidInput

EXAMPLES = """\
examples:
  brant config unset -n path"""


class Options(NamedTuple):
    """One setting."""

    name: str


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant config unset`."""
    parser.add_argument("-n", "--name", required=True, help="which setting, as brant config view names it")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.name)


def run(options: Options, context: Context) -> None:
    """Removes the setting. Raises InvalidInput for a name that is none."""
    from brant.client import configuration

    profile = configuration.profile_of(context.environ, context.profile)
    removed = configuration.unset_value(context.environ, context.home, options.name, profile)
    if not removed and options.name not in configuration.NAMES:
        names = ", ".join(configuration.NAMES)
        raise InvalidInput(f"{options.name[:60]!r} is no configuration name: choose from {names}")
    file = configuration.path(context.environ, context.home, profile)
    context.out.write(f"{options.name} {'is gone from' if removed else 'was not set in'} {file}\n")
