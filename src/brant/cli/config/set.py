"""`brant config set`: changes a setting."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant config set -n path -v ~/data
  brant config set -n endpoint -v http://127.0.0.1:8765 --profile lab"""


class Options(NamedTuple):
    """One setting and its new value."""

    name: str
    value: str


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant config set`."""
    parser.add_argument("-n", "--name", required=True, help="which setting, as brant config view names it")
    parser.add_argument("-v", "--value", required=True, help="its new value")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(name=parsed.name, value=parsed.value)


def run(options: Options, context: Context) -> None:
    """Stores the value. Raises InvalidInput for a name or value that cannot be."""
    from brant.client import configuration

    profile = configuration.profile_of(context.environ, context.profile)
    file = configuration.set_value(context.environ, context.home, options.name, options.value, profile)
    context.out.write(f"{options.name} is set in {file}\n")
    if context.environ.get(f"KAGGLE_{options.name.upper()}"):
        context.say(f"KAGGLE_{options.name.upper()} is set too, and wins over it")
