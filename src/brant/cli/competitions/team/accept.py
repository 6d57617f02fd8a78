"""`brant competitions team accept`: becomes one with a team that asks."""

from brant.cli.competitions.team import answering
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions team accept penguins 7"""

declare, read = answering.declare, answering.read


def run(options: answering.Options, context: Context) -> None:
    """Merges the two teams, which cannot be undone by a participant."""
    answering.answer(options, context, "You are in the team {} now, with its submissions.", accept=True)
