"""`brant competitions hosts add`: makes a user a host of a competition that you host."""

from argparse import Namespace

from brant.cli.competitions import people
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions hosts add penguins ada"""

declare = people.declare


def read(parsed: Namespace) -> people.Naming:
    """The options of one call."""
    return people.read(parsed, "host")


def run(options: people.Naming, context: Context) -> None:
    """Makes the user a host."""
    from brant.client.competitions.hosting import add_host

    people.name(options, context, add_host, "host", "hosts {}")
