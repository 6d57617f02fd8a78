"""`brant competitions team decline`: stays apart from a team that asks."""

from brant.cli.competitions.team import answering
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions team decline penguins 7"""

declare, read = answering.declare, answering.read


def run(options: answering.Options, context: Context) -> None:
    """Declines the invitation."""
    answering.answer(options, context, "{} stays as it is: the invitation is declined.", accept=False)
