"""`brant datasets download`: a dataset, or some of its files, into a folder of their own."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.arguments import declare_handle, read_handle, resolve
from brant.cli.output import Column, Format, Output, counted
from brant.cli.parser import declare_format, seconds
from brant.cli.voice import Showing, declare_progress, read_progress

if TYPE_CHECKING:
    from brant.client.downloads.fetching import Arrived
    from brant.contract.handles import DatasetHandle

EXAMPLES = """\
examples:
  brant datasets download owner/penguins --unzip -p ./data
  brant datasets download owner/penguins/versions/2 --include '*.csv' --exclude 'raw/*'
  brant datasets download owner/penguins -f penguins.csv
  brant datasets download owner/penguins -f raw/"""

_COLUMNS = (
    Column("path"),
    Column("size", "size"),
    Column("verified"),
    Column("fresh"),
    Column("sha256"),
    Column("crc32"),
)
_SHOWN = ("path", "size", "verified")
_MOST_SHOWN = 20


class Options(NamedTuple):
    """What to fetch and where to. `path` None: a folder of the dataset's own."""

    dataset: str
    version: int | None
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


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets download`."""
    declare_handle(parser)
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
    parser.add_argument("--version-number", type=int, metavar="N", help="this version (default: the newest)")
    parser.add_argument(
        "-p", "--path", metavar="FOLDER", help="where to (default: a folder named as the dataset)"
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


def read(parsed: Namespace) -> Options:
    """The options of one call; a name that ends in a slash is a folder's."""
    named: str = parsed.file_name or ""
    is_folder = named.endswith("/")
    return Options(
        dataset=read_handle(parsed),
        version=parsed.version_number,
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


def run(options: Options, context: Context) -> None:
    """Fetches, verifies, and ends with a list of what arrived."""
    from brant.cli.datasets.licence import Licence
    from brant.client.datasets.downloading import download

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    with context.session() as session:
        handle = resolve(options.dataset, session, version=options.version)
        into = options.path or _own_folder(handle, context)
        licence = None if options.quiet else Licence(session, handle)
        with closing(context.progress(options.showing)) as progress:
            arrived = download(
                session,
                handle,
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
        if licence:
            context.say(licence.line())
    _list(arrived, into, output, options, context)


def _own_folder(handle: "DatasetHandle", context: Context) -> Path:
    """`./{slug}`; below a configured path `datasets/{owner}/{slug}`, as the official command line."""
    base = context.setting("path")
    return Path(base).expanduser() / "datasets" / handle.owner / handle.slug if base else Path(handle.slug)


def _list(arrived: "list[Arrived]", into: Path, output: Output, options: Options, context: Context) -> None:
    rows = [_row(file) for file in arrived]
    if not output.is_table:
        output.rows(_COLUMNS, rows)
        return
    if options.quiet:
        return
    wanted = options.format.fields or _SHOWN
    context.output(Format(fields=wanted)).rows(_COLUMNS, rows[:_MOST_SHOWN])
    if len(rows) > _MOST_SHOWN:
        context.out.write(f"and {len(rows) - _MOST_SHOWN} more\n")
    kept = sum(not file.fresh for file in arrived)
    was_here = f", {kept} of them here already" if kept else ""
    context.say(f"{counted(len(rows), 'file')} in {into.resolve()}{was_here}")


def _row(file: "Arrived") -> tuple[str, int, str, bool, str | None, str | None]:
    crc32 = None if file.crc32 is None else f"{file.crc32:08x}"
    return (str(file.path), file.size, file.verified, file.fresh, file.sha256, crc32)
