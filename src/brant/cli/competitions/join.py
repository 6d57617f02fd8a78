"""`brant competitions join`: accepts the rules of a competition and enters it."""

from brant.cli.competitions import which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions pages penguins --page-name rules --content
  brant competitions join penguins"""

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Enters; who has entered already is told so by the same words."""
    from brant.client.competitions.teams import join

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = join(session, slug)
    output.record(
        COLUMNS, row(team), sentence=f"You are in {slug}, with its rules accepted, as the team {team.name}."
    )
