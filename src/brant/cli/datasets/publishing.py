"""What `create` and `version` share: how a folder goes up, and how to tell what came of it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, counted
from brant.cli.parser import declare_format
from brant.cli.voice import Showing, declare_progress, read_progress

if TYPE_CHECKING:
    from brant.client.datasets.publishing import Published
    from brant.client.uploads.selection import DirMode

_COLUMNS = (Column("ref"), Column("url"), Column("sent", "number"), Column("reused", "number"))


class Upload(NamedTuple):
    """How the files of `folder` go up."""

    folder: Path
    dir_mode: "DirMode"
    ignore: tuple[str, ...]
    quiet: bool
    showing: Showing
    format: Format


def declare_upload(parser: ArgumentParser) -> None:
    """The options of an upload."""
    parser.add_argument(
        "-p", "--path", dest="folder", metavar="FOLDER", help="the folder (default: this one)"
    )
    parser.add_argument(
        "-r",
        "--dir-mode",
        choices=("keep", "skip", "zip", "tar"),
        default="keep",
        help="what becomes of subfolders: they stay folders (keep, the default), are left out (skip), "
        "or go up as one archive each (zip, tar)",
    )
    parser.add_argument(
        "-t",
        "--keep-tabular",
        action="store_true",
        help="taken for the sake of scripts: tabular files always stay as they are",
    )
    parser.add_argument(
        "--ignore-patterns", action="append", metavar="GLOB", help="leave such files out; may be repeated"
    )
    declare_progress(parser, quiet="no progress, no summary")
    declare_format(parser, short=False)


def read_upload(parsed: Namespace) -> Upload:
    """The upload options of one call."""
    return Upload(
        folder=Path(parsed.folder or "."),
        dir_mode=parsed.dir_mode,
        ignore=tuple(parsed.ignore_patterns or ()),
        quiet=parsed.quiet,
        showing=read_progress(parsed),
        format=parsed.format,
    )


def tell(published: "Published", what: str, upload: Upload, context: Context) -> None:
    """Says what was published, and which tags the server does not know."""
    for tag in published.invalid_tags:
        context.say(f"the server does not know the tag {tag!r}; it was left out")
    for folder in published.skipped:
        context.say(f"the folder {folder} was left out, as --dir-mode skip says")
    output = context.output(upload.format)
    if upload.quiet and output.is_table:
        return
    counts = counted(published.sent, "file") + " sent"
    if published.reused:
        counts += f", {published.reused} there already"
    output.record(
        _COLUMNS,
        (published.ref, published.url, published.sent, published.reused),
        sentence=f"Published {what} {published.ref} ({counts}): {published.url}",
    )
