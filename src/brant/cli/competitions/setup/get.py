"""`brant competitions setup get`: metric, split and limits of a competition that you host."""

from brant.cli.competitions import which
from brant.cli.competitions.setups import COLUMNS, row
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions setup penguins
  brant competitions setup get penguins --format 'json(metric,hostError)'"""

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints a line for each of them; what a custom metric did wrong stands last."""
    from brant.client.competitions.scoring import setup

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = setup(session, slug)
    output.details(COLUMNS, row(found))
