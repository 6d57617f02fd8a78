"""`brant competitions team show`: your team in a competition, and its invitations."""

from brant.cli.competitions import which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions team penguins
  brant competitions team show penguins --format json"""

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints a line for each thing that is known."""
    from brant.client.competitions.teams import team

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = team(session, slug)
    output.details(COLUMNS, row(found))
