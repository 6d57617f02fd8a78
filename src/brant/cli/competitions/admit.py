"""`brant competitions admit`: lets a user see and enter a private competition."""

from argparse import Namespace

from brant.cli.competitions import people
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions admit penguins ada"""

declare = people.declare


def read(parsed: Namespace) -> people.Naming:
    """The options of one call."""
    return people.read(parsed, "admitted")


def run(options: people.Naming, context: Context) -> None:
    """Admits the user."""
    from brant.client.competitions.hosting import admit

    people.name(options, context, admit, "admitted", "may see and enter {}")
