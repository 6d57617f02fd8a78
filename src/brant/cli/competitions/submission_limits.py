"""`brant competitions submission-limits`: how many submissions your team has made, and has left."""

from brant.cli.competitions import which
from brant.cli.context import Context
from brant.cli.output import Column

EXAMPLES = """\
examples:
  brant competitions submission-limits penguins
  brant competitions submission-limits penguins --format 'json(numAllowedNow)'"""

_COLUMNS = (
    Column("numToday", "number"),
    Column("numTotal", "number"),
    Column("numAllowedNow", "number"),
    Column("limitedByTotal"),
)

declare, read = which.declare_with_json, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints the counts."""
    from brant.client.competitions.submissions import limits

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = limits(session, slug)
    row = (found.num_today, found.num_total, found.num_allowed_now, found.limited_by_total)
    output.details(_COLUMNS, row)
