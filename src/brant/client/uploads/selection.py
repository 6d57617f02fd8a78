"""Which files of a folder go up, and in what form: as they lie, without subfolders, or those packed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple

from brant.client.uploads.folder import LocalFile, scan
from brant.errors import InvalidInput

DirMode = Literal["keep", "skip", "zip", "tar"]

_DIR_MODES: Final = ("keep", "skip", "zip", "tar")


class Selection(NamedTuple):
    """The files to publish, out of the folder `root`; `skipped` folders were left out of them."""

    root: Path
    files: list[LocalFile]
    skipped: list[str]


def everything(path: Path, ignore: Iterable[str]) -> Selection:
    """One file, or all of a folder but for what `ignore` matches: metadata files too."""
    files = [_single(path)] if path.is_file() else scan(path, ignore=ignore, never=())
    return Selection(path.resolve(), files, [])


@contextmanager
def selected(folder: Path, dir_mode: DirMode, ignore: Iterable[str]) -> Iterator[Selection]:
    """The files to upload as `dir_mode` says; archives live as long as the context."""
    if dir_mode not in _DIR_MODES:
        raise InvalidInput(f"--dir-mode: {dir_mode!r} is none of {', '.join(_DIR_MODES)}")
    files, root = scan(folder, ignore=ignore), folder.resolve()
    if dir_mode == "keep":
        yield Selection(root, files, [])
    elif dir_mode == "skip":
        top = [file for file in files if "/" not in file.path]
        skipped = sorted({file.path.split("/")[0] for file in files if "/" in file.path})
        if not top:
            raise InvalidInput(
                f"{folder} holds folders alone, which --dir-mode skip leaves out: use keep, zip or tar"
            )
        yield Selection(root, top, skipped)
    else:
        from tempfile import TemporaryDirectory

        from brant.client.uploads.archives import pack_folders

        with TemporaryDirectory(prefix="brant-") as made:
            yield Selection(root, pack_folders(files, Path(made), dir_mode), [])


def _single(path: Path) -> LocalFile:
    facts = path.stat()
    return LocalFile(path.name, path.resolve(), facts.st_size, facts.st_mtime_ns)
