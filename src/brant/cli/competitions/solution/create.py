"""`brant competitions solution create`: puts a file in the place of the solution."""

from brant.cli.competitions import host_files
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions solution create penguins -p solution.csv"""

declare, read = host_files.declare, host_files.read


def run(options: host_files.Options, context: Context) -> None:
    """Uploads the file; whether it will do is told by `solution status` soon."""
    from brant.client.competitions.scoring import create_solution

    slug = host_files.upload(options, context, create_solution, "solution")
    if not options.told.quiet:
        context.say(f"whether it will do: brant competitions solution status {slug}")
