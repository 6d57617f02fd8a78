"""`brant cache verify`: compares every file of the cache with what it was when it arrived."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, counted
from brant.cli.parser import declare_format
from brant.cli.voice import Showing, declare_progress, read_progress
from brant.errors import Corrupt, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from brant.client.session import Session
    from brant.hub.cache import Cached
    from brant.hub.verifying import Finding, Index, State
    from brant.transfer.progress import Progress

EXAMPLES = """\
examples:
  brant cache verify
  brant cache verify owner/penguins --repair
  brant cache verify --online --format json

Every file of a dataset or competition is read and compared with the hash that was noted when it arrived.
Files that another library has brought have none: they are unknown, unless --online asks the server for
the list of its zip. Of a competition, which has no versions, newer data are fetched whole by --repair.
States: ok, damaged, missing, extra (nothing says that it belongs there), unknown, repaired. The exit code
is 11 while anything is damaged or missing. KAGGLEHUB_CACHE names another cache."""

_COLUMNS = (Column("handle"), Column("path"), Column("size", "size"), Column("state"), Column("check"))
_STATES: "tuple[State, ...]" = ("ok", "damaged", "missing", "extra", "unknown", "repaired")
# A list of these tells nobody anything; their number is told.
_UNSHOWN = ("ok", "unknown")


class Options(NamedTuple):
    """What to verify, all where nothing is named; whether to ask the server, and to fetch what is broken."""

    handles: tuple[str, ...]
    online: bool
    repair: bool
    quiet: bool
    showing: Showing
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant cache verify`."""
    parser.add_argument(
        "handles",
        nargs="*",
        metavar="HANDLE",
        help="owner/slug, owner/slug/versions/N, or a competition (default: everything)",
    )
    parser.add_argument(
        "--online", action="store_true", help="ask the server about files that arrived without a hash"
    )
    parser.add_argument(
        "--repair", action="store_true", help="fetch again what is damaged or missing, and nothing else"
    )
    declare_progress(parser, quiet="no progress, no list, no summary")
    declare_format(parser, short=False)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        handles=tuple(parsed.handles),
        online=parsed.online,
        repair=parsed.repair,
        quiet=parsed.quiet,
        showing=read_progress(parsed),
        format=parsed.format,
    )


def run(options: Options, context: Context) -> int:
    """Prints what was found; the exit code of Corrupt while something is damaged or missing."""
    from brant.hub.cache import cache_folder
    from brant.hub.shelves import places

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    root = cache_folder(context.environ, context.home)
    shelved = places(root, options.handles)
    found = [finding for place in _checked(shelved, options, context) for finding in place]
    if not output.is_table:
        output.rows(_COLUMNS, [_row(one) for one in found])
    elif not options.quiet:
        output.rows(_COLUMNS, [_row(one) for one in found if one.state not in _UNSHOWN])
        _sum_up(found, shelved, root, options, context)
    return Corrupt.exit_code if any(one.is_broken for one in found) else 0


def _row(one: "Finding") -> tuple[str, str, int | None, str, str | None]:
    return (one.handle, one.path, one.size, one.state, one.check)


def _checked(places: "list[Cached]", options: Options, context: Context) -> "Iterator[list[Finding]]":
    """The findings of each place, once what is broken has been fetched, where that was asked for."""
    from brant.hub.repairing import repair
    from brant.hub.verifying import verify

    with ExitStack() as held:
        needed = options.online or options.repair
        session = held.enter_context(context.session()) if needed else None
        progress = context.progress(options.showing)
        held.callback(progress.close)
        index = _index(session, context, progress) if session and options.online else None
        for place in places:
            found = verify(place, index=index, progress=progress)
            if session and options.repair:
                found = repair(session, place, found, progress=progress)
            yield found


def _index(session: "Session", context: Context, progress: "Progress") -> "Index":
    from brant.hub.indexing import FileFacts, file_facts

    def ask(place: "Cached") -> "dict[str, FileFacts] | None":
        try:
            return file_facts(session, place, progress=progress)
        except NotFound as error:
            context.say(f"{place.name} cannot be compared: {error.message}")
            return None

    return ask


def _sum_up(
    found: "list[Finding]", places: "list[Cached]", root: "Path", options: Options, context: Context
) -> None:
    """The numbers, and what to do next."""
    from brant.hub.cache import DatasetPlace
    from brant.hub.shelves import other_kinds

    counts = Counter(one.state for one in found)
    numbers = ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state]) or "nothing"
    versions = sum(isinstance(place, DatasetPlace) for place in places)
    what = f"{counted(versions, 'version')} of datasets"
    if versions < len(places):
        what += f", {counted(len(places) - versions, 'competition')}"
    context.say(f"{what} in {root}: {numbers}")
    if not options.repair and any(one.is_broken for one in found):
        context.say("fetch what is damaged or missing again with 'brant cache verify --repair'")
    if not options.online and counts["unknown"]:
        context.say("what is unknown arrived without a hash: compare it with the server's by --online")
    kinds = other_kinds(root)
    if kinds:
        context.say(f"not looked at, since only datasets and competitions are verified: {', '.join(kinds)}")
