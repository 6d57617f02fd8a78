"""Unpacks an archive while it streams in; no file gets its name before the whole archive has proved sound."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import md5
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from brant.errors import Conflict, Corrupt, InvalidInput
from brant.transfer.archive.directory import Listed, read_directory
from brant.transfer.archive.extraction import Extracted, extract
from brant.transfer.archive.folder import Folder
from brant.transfer.archive.limits import Limits, damaged, reading
from brant.transfer.archive.lookahead import Lookahead
from brant.transfer.archive.names import safe_parts
from brant.transfer.archive.zip_stream import Passing, PassingZip, Undelimited, check_agreement
from brant.transfer.connections.forward import Forward
from brant.transfer.progress import Meter, Progress, Silent
from brant.transfer.unpacking.staging import Kept, Staging

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["extract_stream"]

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")
# Behind the directory stands its end, with a comment.
_LONGEST_END: Final = 128 * 1024
_ARCHIVE: Final = "archive"
_DIRECTORY: Final = "directory"


def extract_stream(
    stream: Forward,
    into: Folder,
    *,
    select: Callable[[str], bool] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    name: str | None = None,
    force: bool = False,
) -> list[Extracted]:
    """Extract the zip or tar that `stream` brings; `select` is asked with each file's path.

    Files lie in a hidden folder below `into` until the whole archive has proved sound; a run that was killed
    leaves them to the next one. A file that is at its place already, and the same, is left (not `fresh`),
    unless `force` is set. An archive that comes damaged, or changes meanwhile, is read a second time. A zip
    whose members cannot be told apart without the list at its end is fetched to the disk first. Only one
    process may be at a folder: the caller sees to it.

    Raises what `archive.extract` and `Forward` raise.
    """
    progress, name = progress or Silent(), name or stream.name
    identity = stream.identity
    said = identity.etag or identity.last_modified or ""
    staging = Staging(into, f"{name}\n{said}\n{stream.size}", force=force)
    track = progress.begin(name, stream.size)
    meter = Meter(track, lambda: stream.position)
    task = _Extraction(stream, into, staging, select, limits or Limits(), name, meter)
    complete = False
    try:
        done = task.run(progress)
        complete = True
    finally:
        meter.finish(complete=complete)
    return done


class _Extraction(Struct):
    """One call of `extract_stream`."""

    stream: Forward
    into: Folder
    staging: Staging
    select: Callable[[str], bool] | None
    limits: Limits
    name: str
    meter: Meter
    digest: "_Hash | None" = None

    def run(self, progress: Progress) -> list[Extracted]:
        """Unpack, a second time if need be. What is never to be taken leaves nothing behind."""
        unpack, is_second = self._unpack, False
        while True:
            try:
                done = unpack()
            except (Corrupt, Conflict) as error:
                if is_second:
                    self.staging.clear()
                    raise
                is_second = True
                progress.note(f"{error.message.partition(';')[0]}; it is read once more, from its start…")
            except Undelimited as reason:
                unpack = self._fetch_and_unpack
                progress.note(f"{self.name} is fetched to the disk before it is unpacked, since {reason}.")
            except InvalidInput:
                self.staging.clear()
                raise
            else:
                self.staging.clear()
                return done
            self.stream.restart()

    def _unpack(self) -> list[Extracted]:
        self.digest = md5(usedforsecurity=False) if self.stream.identity.md5 else None
        packed = Lookahead(self._pieces())
        if packed.peek(4) in _ZIP:
            self.digest = None
            return self._unpack_zip(packed)
        return self._unpack_tar(packed)

    def _pieces(self) -> Iterator[bytes]:
        while piece := self.stream.read():
            self.meter.show()
            if self.digest:
                self.digest.update(piece)
            yield piece

    def _whole(self) -> int:
        """Bytes of the archive; of one whose size nobody knows, those that came so far."""
        return self.stream.size or self.stream.position

    def _unpack_tar(self, packed: Lookahead) -> list[Extracted]:
        from brant.transfer.archive.decompress import is_compressed
        from brant.transfer.archive.tars import read_tar

        if is_compressed(packed):
            # It has checksums of its own, which are faster.
            self.digest = None
        folders, kept = [], []
        for number, entry in enumerate(read_tar(packed, self.name, self.limits, self._whole)):
            if entry.is_folder:
                folders.append(entry.parts)
            elif self.select is None or self.select("/".join(entry.parts)):
                kept.append((entry.parts, number, self.staging.write(number, entry.chunks(), entry.parts)))
        self._check_md5()
        return self._publish(folders, kept, proven=False)

    def _check_md5(self) -> None:
        told = self.stream.identity.md5
        if self.digest and told and b64encode(self.digest.digest()).decode() != told:
            raise damaged(self.name, "its MD5 differs")

    def _unpack_zip(self, packed: Lookahead) -> list[Extracted]:
        archive = PassingZip(packed, self.name, self.limits, self._whole)
        passed: list[Passing] = []
        kept: dict[int, Kept] = {}
        for number, member in enumerate(archive.members()):
            if member.is_folder or not self._is_wanted(member):
                archive.skip(member)
            else:
                kept[number] = self.staging.write(number, archive.chunks(member), _place(member))
            passed.append(member)
        listed = self._read_directory(packed)
        check_agreement(passed, sorted(listed, key=attrgetter("offset")), self.name)
        return self._confirm(listed, passed, kept)

    def _is_wanted(self, member: Passing) -> bool:
        """One whose name only the directory can tell is kept, to be asked for then."""
        place = _place(member)
        return self.select is None or not place or self.select("/".join(place))

    def _read_directory(self, packed: Lookahead) -> list[Listed]:
        """What the rest of the stream lists; it lies on the disk meanwhile."""
        start, limit = packed.offset, self.limits.directory + _LONGEST_END
        size = self.staging.write(_DIRECTORY, _at_most(limit, packed, self.limits, self.name)).size
        path = self.staging.path(_DIRECTORY)
        with reading(path), path.open("rb", buffering=0) as file:

            def read(begin: int, stop: int) -> bytes:
                # What lies before is over; nothing of a directory can be found among zeros.
                zeros = bytes(max(0, min(stop, start) - begin))
                file.seek(max(0, begin - start))
                return zeros + file.read(max(0, stop - max(begin, start)))

            return read_directory(read, start + size, self.name, self.limits)

    def _confirm(self, listed: list[Listed], passed: list[Passing], kept: dict[int, Kept]) -> list[Extracted]:
        """Publish what the directory lists under the names that it gives."""
        numbers = {member.offset: number for number, member in enumerate(passed)}
        folders, files = [], []
        for member in listed:
            number = numbers[member.offset]
            place = _place(passed[number])
            if member.is_folder != passed[number].is_folder:
                raise Undelimited("only its list of members, at its end, tells what they are")
            if member.is_folder:
                folders.append(member.parts)
            elif place == member.parts:
                if number in kept:
                    files.append((member.parts, number, kept[number]))
            elif self.select is None or self.select(member.name):
                if place:
                    raise Undelimited("only its list of members, at its end, tells their names")
                files.append((member.parts, number, kept[number]))
        return self._publish(folders, files, proven=True)

    def _publish(
        self,
        folders: list[tuple[str, ...]],
        files: list[tuple[tuple[str, ...], int, Kept]],
        *,
        proven: bool,
    ) -> list[Extracted]:
        """Folders of their own belong to the whole; who selects gets those that files lie in."""
        for parts in folders if self.select is None else ():
            self.into.make(parts)
        done = []
        for parts, number, kept in files:
            self.staging.publish(number, kept, parts)
            name = "/".join(parts)
            done.append(Extracted(name, kept.size, kept.crc32, fresh=kept.fresh, proven=proven))
        return done

    def _fetch_and_unpack(self) -> list[Extracted]:
        self.digest = None
        self.staging.write(_ARCHIVE, self._pieces())
        path = self.staging.path(_ARCHIVE)
        return extract(path, self.into.root, limits=self.limits, select=self.select)


def _place(member: Passing) -> tuple[str, ...]:
    """Where the member is to stand; nowhere yet, where its name has to be guessed from all names together."""
    return () if member.name is None else safe_parts(member.name)


def _at_most(limit: int, packed: Lookahead, limits: Limits, name: str) -> Iterator[bytes]:
    size = 0
    while piece := packed.some():
        size += len(piece)
        if size > limit:
            raise InvalidInput(
                f"The list of members of {name} has more than {limit} bytes; "
                f"{limits.how_to_raise('directory')}."
            )
        yield piece
