"""`brant competitions judges add`: makes a user a judge of a competition that you host."""

from argparse import Namespace

from brant.cli.competitions import people
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions judges add penguins ada"""

declare = people.declare


def read(parsed: Namespace) -> people.Naming:
    """The options of one call."""
    return people.read(parsed, "judge")


def run(options: people.Naming, context: Context) -> None:
    """Makes the user a judge."""
    from brant.client.competitions.hosting import add_judge

    people.name(options, context, add_judge, "judge", "judges {}")
