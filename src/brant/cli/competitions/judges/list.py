"""`brant competitions judges list`: who judges a competition."""

from brant.cli.competitions import people, which
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions judges penguins"""

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.hosting import judges

    people.show(options, context, judges, "judges")
