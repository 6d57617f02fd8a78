"""`brant competitions rescore`: has all submissions of a competition that you host scored again."""

from brant.cli.competitions import which
from brant.cli.context import Context
from brant.cli.output import Column, counted

EXAMPLES = """\
examples:
  brant competitions rescore penguins"""

_COLUMNS = (Column("submissions", "number"),)

declare, read = which.declare, which.read


def run(options: which.Options, context: Context) -> None:
    """Puts them in line; places change as the scores come."""
    from brant.client.competitions.scoring import rescore

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        number = rescore(session, slug)
    sentence = f"{counted(number, 'submission')} of {slug} will be scored again."
    output.record(_COLUMNS, (number,), sentence=sentence)
