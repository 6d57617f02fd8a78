"""`brant competitions download`: the data of a competition, or some of them, into a folder of their own."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, own_folder, read_competition
from brant.cli.context import Context
from brant.cli.downloads import (
    COLUMNS,
    Download,
    declare_choice,
    declare_download,
    fetch,
    list_arrived,
    read_download,
)

EXAMPLES = """\
examples:
  brant competitions download penguins --unzip -p ./data
  brant competitions download penguins --include '*.csv' --exclude 'train/*'
  brant competitions download penguins -f sample_submission.csv
  brant competitions download penguins -f train/"""


class Options(NamedTuple):
    """Which competition, and what of its data to fetch."""

    competition: Which
    download: Download


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions download`."""
    declare_competition(parser)
    declare_choice(parser)
    declare_download(parser, "competition")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_competition(parsed), read_download(parsed))


def run(options: Options, context: Context) -> None:
    """Fetches, verifies, and ends with a list of what arrived."""
    from brant.client.competitions.downloading import source

    chosen = options.download
    context.output(chosen.format).chosen(COLUMNS)
    slug = options.competition.slug(context)
    into = chosen.path or own_folder(slug, context)
    with context.session() as session:
        arrived = fetch(source(session, slug), into, chosen, context)
    list_arrived(arrived, into, chosen, context)
