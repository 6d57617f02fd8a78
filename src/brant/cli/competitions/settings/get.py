"""`brant competitions settings get`: the settings of a competition that you host."""

from brant.cli.competitions import which
from brant.cli.competitions.settings_shown import columns, show
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions settings get penguins
  brant competitions settings get penguins --json > settings.json"""

declare, read = which.declare_with_json, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints them, for people those that are set."""
    from brant.client.competitions.settings import settings

    output = context.output(options.format)
    output.chosen(columns())
    slug = options.competition.slug(context)
    with context.session() as session:
        found = settings(session, slug)
    show(found, output, options.format)
