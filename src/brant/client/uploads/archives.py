"""Packs the subfolders of a dataset into archives before they are uploaded (`--dir-mode zip|tar`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, Literal

from brant.client.uploads.folder import LocalFile
from brant.errors import Conflict, InvalidInput, LocalFailure

# The same folder always gives the same bytes, so that an unchanged one is not sent again.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_EPOCH: Final = 315532800
_MODE: Final = 0o644
_UNIX: Final = 3
_PIECE: Final = 1024 * 1024
# From here on a zip needs its long form; deflate can make a file a little longer than it was.
_ZIP64: Final = 0xF000_0000


def pack_folders(files: Iterable[LocalFile], into: Path, kind: Literal["zip", "tar"]) -> list[LocalFile]:
    """`files` with those in subfolders replaced by one archive for each top folder, made in the folder
    `into`.

    Names in an archive are relative to its folder. Raises InvalidInput where an archive would take a file's
    name, Conflict for a file that changes meanwhile, LocalFailure for a full disk.
    """
    top: list[LocalFile] = []
    folders: dict[str, list[LocalFile]] = {}
    for file in files:
        name, slash, _ = file.path.partition("/")
        if slash:
            folders.setdefault(name, []).append(file)
        else:
            top.append(file)
    taken = {file.path.casefold() for file in top}
    for name, members in folders.items():
        path = f"{name}.{kind}"
        if path.casefold() in taken:
            raise InvalidInput(
                f"the folder {name} would be uploaded as {path}, which is there already: rename one"
            )
        local = into / path
        try:
            _pack(local, name, members, kind)
            made = local.stat()
        except OSError as error:
            raise LocalFailure(
                f"{path} cannot be packed ({error.strerror}): free space in {into.parent}, or name another "
                "folder in TMPDIR"
            ) from None
        top.append(LocalFile(path, local, made.st_size, made.st_mtime_ns))
    return sorted(top)


def _pack(local: Path, folder: str, members: list[LocalFile], kind: Literal["zip", "tar"]) -> None:
    from shutil import copyfileobj
    from tarfile import TarFile, TarInfo
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    if kind == "zip":
        with ZipFile(local, "w") as archive:
            for name, file, source in _opened(folder, members):
                about = ZipInfo(name, _DATE)
                about.create_system = _UNIX
                about.compress_type = ZIP_DEFLATED
                about.external_attr = _MODE << 16
                about.file_size = file.size
                with archive.open(about, "w", force_zip64=file.size >= _ZIP64) as target:
                    copyfileobj(source, target, _PIECE)
        return
    with TarFile.open(local, "w") as tape:
        for name, file, source in _opened(folder, members):
            entry = TarInfo(name)
            entry.size, entry.mtime, entry.mode = file.size, _EPOCH, _MODE
            try:
                tape.addfile(entry, source)
            except OSError as error:
                if file.unchanged():
                    raise
                raise Conflict(_changed(file)) from error


def _opened(folder: str, members: list[LocalFile]) -> Iterator[tuple[str, LocalFile, IO[bytes]]]:
    for file in members:
        with file.local.open("rb") as source:
            yield file.path.removeprefix(folder + "/"), file, source
        if not file.unchanged():
            raise Conflict(_changed(file))


def _changed(file: LocalFile) -> str:
    return f"{file.path} changed while it was being packed: nothing was published, run the same again"
