"""`brant competitions hosts list`: who hosts a competition."""

from brant.cli.competitions import people, which
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions hosts penguins"""

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints them."""
    from brant.client.competitions.hosting import hosts

    people.show(options, context, hosts, "hosts")
