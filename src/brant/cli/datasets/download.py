"""`brant datasets download`: a dataset, or some of its files, into a folder of their own."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import declare_handle, read_handle, resolve
from brant.cli.downloads import (
    COLUMNS,
    Download,
    declare_choice,
    declare_download,
    fetch,
    list_arrived,
    read_download,
)

if TYPE_CHECKING:
    from brant.contract.handles import DatasetHandle

EXAMPLES = """\
examples:
  brant datasets download owner/penguins --unzip -p ./data
  brant datasets download owner/penguins/versions/2 --include '*.csv' --exclude 'raw/*'
  brant datasets download owner/penguins -f penguins.csv
  brant datasets download owner/penguins -f raw/"""


class Options(NamedTuple):
    """Which dataset, and what of it to fetch."""

    dataset: str
    version: int | None
    download: Download


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets download`."""
    declare_handle(parser)
    declare_choice(parser)
    parser.add_argument("--version-number", type=int, metavar="N", help="this version (default: the newest)")
    declare_download(parser, "dataset")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(read_handle(parsed), parsed.version_number, read_download(parsed))


def run(options: Options, context: Context) -> None:
    """Fetches, verifies, and ends with a list of what arrived."""
    from brant.cli.datasets.licence import Licence
    from brant.client.datasets.downloading import source

    chosen = options.download
    context.output(chosen.format).chosen(COLUMNS)
    with context.session() as session:
        handle = resolve(options.dataset, session, version=options.version)
        into = chosen.path or _own_folder(handle, context)
        licence = None if chosen.quiet else Licence(session, handle)
        arrived = fetch(source(session, handle), into, chosen, context)
        if licence:
            context.say(licence.line())
    list_arrived(arrived, into, chosen, context)


def _own_folder(handle: "DatasetHandle", context: Context) -> Path:
    """`./{slug}`; below a configured path `datasets/{owner}/{slug}`, as the official command line."""
    base = context.setting("path")
    return Path(base).expanduser() / "datasets" / handle.owner / handle.slug if base else Path(handle.slug)
