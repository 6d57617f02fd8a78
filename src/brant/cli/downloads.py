"""What every `download` shares: its options, the fetching, and the list of what arrived."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, Output, counted
from brant.cli.parser import declare_format, seconds
from brant.cli.voice import Showing, declare_progress, read_progress

if TYPE_CHECKING:
    from brant.client.downloads.fetching import Arrived
    from brant.client.downloads.source import Source

COLUMNS = (
    Column("path"),
    Column("size", "size"),
    Column("verified"),
    Column("fresh"),
    Column("sha256"),
    Column("crc32"),
)
_SHOWN = ("path", "size", "verified")
_MOST_SHOWN = 20


class Download(NamedTuple):
    """What to fetch and where to. `path` None: a folder of the thing's own."""

    file: str | None
    folder: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    path: Path | None
    unzip: bool
    force: bool
    trust_archive: bool
    max_time: float | None
    quiet: bool
    showing: Showing
    format: Format


def declare_choice(parser: ArgumentParser) -> None:
    """The options that choose files, but for what a noun has besides."""
    parser.add_argument(
        "-f",
        "--file",
        "--file-name",
        dest="file_name",
        metavar="NAME",
        help="one file, or one folder: 'folder/'",
    )
    parser.add_argument("--include", action="append", metavar="GLOB", help="only such files; may be repeated")
    parser.add_argument("--exclude", action="append", metavar="GLOB", help="no such files; may be repeated")


def declare_download(parser: ArgumentParser, noun: str) -> None:
    """The other options; `noun` is the word for what has a folder of its own."""
    parser.add_argument(
        "-p", "--path", metavar="FOLDER", help=f"where to (default: a folder named as the {noun})"
    )
    parser.add_argument("-w", "--wp", dest="path", action="store_const", const=".", help="into this folder")
    parser.add_argument("--unzip", action="store_true", help="as files, instead of one zip")
    parser.add_argument("-o", "--force", action="store_true", help="again, even what is here and whole")
    parser.add_argument(
        "--trust-archive",
        action="store_true",
        help="unpack it however many files it holds and however much it unfolds to",
    )
    parser.add_argument(
        "--max-time",
        type=seconds,
        metavar="SECONDS",
        help="give up after so long; the same again goes on where it stopped",
    )
    declare_progress(parser, quiet="no progress, no list")
    declare_format(parser, short=False)


def read_download(parsed: Namespace) -> Download:
    """The options of one call; a name that ends in a slash is a folder's."""
    named: str = parsed.file_name or ""
    is_folder = named.endswith("/")
    return Download(
        file=named if named and not is_folder else None,
        folder=named if is_folder else None,
        include=tuple(parsed.include or ()),
        exclude=tuple(parsed.exclude or ()),
        path=Path(parsed.path) if parsed.path else None,
        unzip=parsed.unzip,
        force=parsed.force,
        trust_archive=parsed.trust_archive,
        max_time=parsed.max_time,
        quiet=parsed.quiet,
        showing=read_progress(parsed),
        format=parsed.format,
    )


def fetch(source: "Source", into: Path, options: Download, context: Context) -> "list[Arrived]":
    """Fetches what `options` choose of `source` into the folder `into`, and shows how far it is."""
    from brant.client.downloads.choosing import download

    with closing(context.progress(options.showing)) as progress:
        return download(
            source,
            into,
            file=options.file,
            folder=options.folder,
            unzip=options.unzip,
            include=options.include,
            exclude=options.exclude,
            force=options.force,
            trust=options.trust_archive,
            progress=progress,
            timeout=options.max_time,
        )


def list_arrived(arrived: "list[Arrived]", into: Path, options: Download, context: Context) -> None:
    """Prints what arrived, for people the first of it and how much it was."""
    output: Output = context.output(options.format)
    if not output.is_table:
        output.rows(COLUMNS, [_row(file) for file in arrived])
        return
    if options.quiet:
        return
    wanted = options.format.fields or _SHOWN
    context.output(Format(fields=wanted)).rows(COLUMNS, [_row(file) for file in arrived[:_MOST_SHOWN]])
    if len(arrived) > _MOST_SHOWN:
        context.out.write(f"and {len(arrived) - _MOST_SHOWN} more\n")
    kept = sum(not file.fresh for file in arrived)
    was_here = f", {kept} of them here already" if kept else ""
    context.say(f"{counted(len(arrived), 'file')} in {into.resolve()}{was_here}")


def _row(file: "Arrived") -> tuple[str, int, str, bool, str | None, str | None]:
    crc32 = None if file.crc32 is None else f"{file.crc32:08x}"
    return (str(file.path), file.size, file.verified, file.fresh, file.sha256, crc32)
