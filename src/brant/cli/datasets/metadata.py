"""`brant datasets metadata`: fetches a dataset's metadata into a file, or sets them from it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import declare_handle, read_handle, resolve

EXAMPLES = """\
examples:
  brant datasets metadata owner/penguins -p ./penguins
  brant datasets metadata owner/penguins -p ./penguins --update"""


class Options(NamedTuple):
    """Which dataset, and which folder has the file; None for the default."""

    dataset: str
    folder: Path | None
    update: bool
    force: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets metadata`."""
    declare_handle(parser)
    parser.add_argument(
        "-p",
        "--path",
        metavar="FOLDER",
        help="the folder of the file (default: one named as the dataset; with --update this one)",
    )
    parser.add_argument("--update", action="store_true", help="set the dataset's metadata from the file")
    parser.add_argument("-o", "--force", action="store_true", help="write over a file that is there")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        dataset=read_handle(parsed),
        folder=Path(parsed.path) if parsed.path else None,
        update=parsed.update,
        force=parsed.force,
    )


def run(options: Options, context: Context) -> None:
    """Writes the file, or sets what it says."""
    from brant.client.datasets import metadata
    from brant.client.datasets.updating import save_metadata, update_metadata

    with context.session() as session:
        handle = resolve(options.dataset, session)
        if options.update:
            update_metadata(session, handle, options.folder or Path())
            context.out.write(f"Set the metadata of {handle}.\n")
            return
        path = save_metadata(
            metadata(session, handle), options.folder or Path(handle.slug), force=options.force
        )
        context.out.write(f"{path}\n")
