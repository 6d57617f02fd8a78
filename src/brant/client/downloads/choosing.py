"""Brings what was chosen of a source into a folder: one file, some, all as files, or all as one zip."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from brant.client.downloads.fetching import Arrived, How, fetch, fetch_unpacked, local_name
from brant.client.downloads.source import Source
from brant.client.uploads.folder import Patterns
from brant.errors import DestinationExists, InvalidInput, NotFound
from brant.transfer.connections.deadline import Deadline
from brant.transfer.progress import Progress


def download(
    source: Source,
    into: Path,
    *,
    file: str | None = None,
    folder: str | None = None,
    unzip: bool = False,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    force: bool = False,
    trust: bool = False,
    progress: Progress | None = None,
    timeout: float | None = None,
) -> list[Arrived]:
    """Fetch `source` into the folder `into`, and say what arrived.

    Without a choice all of it comes as its zip, or with `unzip` as its files. `file` is the path of one file;
    `folder`, `include` and `exclude` (shell patterns) choose among all of them; chosen files keep their
    folders, and nothing else is fetched but the list of what there is. What is there already and passes its
    check is not fetched again, unless `force`. `trust` lifts the limits that keep an archive from unfolding
    to more than anybody would want. `timeout`: seconds for the whole transfer; what came until then is kept
    for the next run.

    Raises NotFound, DestinationExists where `into` is a file, InvalidInput for choices that contradict each
    other or names that cannot be files here, and whatever ends a transfer; files that are in place stay.
    """
    _check_folder(into)
    chosen = _Choice(folder, list(include), list(exclude))
    how = How(force, trust, progress, Deadline(timeout))
    if file is not None:
        if not chosen.everything:
            raise InvalidInput(
                "--file excludes --include, --exclude and a folder: leave one or the other out"
            )
        return [fetch(source, file, into / local_name(file, source.noun), how)]
    if chosen.everything and not unzip:
        return [fetch(source, None, into / source.zip_name, how)]
    select = None if chosen.everything else chosen.test()
    arrived = fetch_unpacked(source, into, how, select=select)
    if not arrived and select:
        raise NotFound(f"no file of {source.name} is chosen: see what there is with '{source.listing}'")
    return arrived


def _check_folder(into: Path) -> None:
    """Raises DestinationExists for a file. What else no folder can be, is said when it is made."""
    is_file = False
    with suppress(OSError):
        is_file = into.is_file()
    if is_file:
        raise DestinationExists(f"{into} is a file: name a folder to download into")


class _Choice(NamedTuple):
    """Which files are meant."""

    folder: str | None
    include: list[str]
    exclude: list[str]

    @property
    def everything(self) -> bool:
        return not (self.folder or self.include or self.exclude)

    def test(self) -> Callable[[str], bool]:
        """Whether a path is meant: below the folder, in one of `include` if any, in none of `exclude`."""
        prefix = f"{self.folder.strip('/')}/" if self.folder else ""
        wanted, unwanted = Patterns(self.include or ["*"]), Patterns(self.exclude)
        return lambda path: path.startswith(prefix) and wanted.match(path) and not unwanted.match(path)
