"""`brant competitions settings update`: changes settings by a file that names some of them."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.competitions.settings_shown import columns, show
from brant.cli.context import Context
from brant.cli.output import Format, counted
from brant.cli.parser import declare_format, declare_quiet

EXAMPLES = """\
examples:
  brant competitions settings update penguins -f settings.json"""


class Options(NamedTuple):
    """Which file says what is to be changed."""

    competition: Which
    file: Path
    quiet: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions settings update`."""
    declare_competition(parser)
    parser.add_argument(
        "-f",
        "--from-file",
        metavar="FILE",
        required=True,
        help='a JSON or YAML file such as {"deadline": "2027-01-01T00:00:00Z", "rulesRequired": true}',
    )
    declare_quiet(parser)
    declare_format(parser, json=True)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), Path(parsed.from_file), parsed.quiet, parsed.format)


def run(options: Options, context: Context) -> None:
    """Changes what the file names, and prints what is in force then."""
    from brant.client.competitions.settings import load_settings, update_settings

    output = context.output(options.format)
    output.chosen(columns())
    changes = load_settings(options.file)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = update_settings(session, slug, changes)
    if not options.quiet:
        context.say(f"{counted(len(changes), 'setting')} of {slug} changed")
    show(found, output, options.format)
