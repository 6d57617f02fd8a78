"""Reads a zip that streams in, by the headers before its members; the directory must confirm them."""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.decompress import decompressor, one_part
from brant.transfer.archive.directory import HEADER, METHODS, Listed, data_start
from brant.transfer.archive.entry import checked
from brant.transfer.archive.inflate import METHODS as INFLATE
from brant.transfer.archive.limits import Limits, damaged, reading
from brant.transfer.archive.lookahead import Lookahead
from brant.transfer.archive.names import shown
from brant.transfer.archive.zip_names import extra_field, told_name
from brant.transfer.disk.checksums import crc32

__all__ = ["Passing", "PassingZip", "Undelimited", "check_agreement"]

_LOCAL: Final = struct.Struct("<4x2x2H4x3L2H")  # APPNOTE.TXT 4.3.7
_NARROW: Final = struct.Struct("<3L")  # 4.3.9, the CRC-32 and both sizes
_WIDE: Final = struct.Struct("<L2Q")
_MARK: Final = b"PK\x07\x08"
_MEMBER: Final = b"PK\x03\x04"
_BEHIND: Final = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")
"""What can follow the members: the directory, its end in either form, and data about it."""
_ENCRYPTED: Final = 0x1
_DESCRIBED: Final = 0x8
_ZIP64: Final = 1
_ONES: Final = 0xFFFFFFFF
_SELF_DELIMITING: Final = (8, 12)


class Undelimited(Exception):
    """Where a member ends, or begins, cannot be told without the directory. Its text completes "since …"."""


class Passing(Struct):
    """A member on its way. Until its bytes have been read, sizes and CRC-32 are what its header says."""

    offset: int
    head: bytes
    """The local header, with name and extra field."""
    name: str | None
    """None where it has to be guessed from all names together."""
    method: int
    described: bool
    """Sizes and CRC-32 stand behind the bytes."""
    crc32: int | None
    """None where it is not known."""
    packed: int
    size: int

    @property
    def is_folder(self) -> bool:
        return self.head[: HEADER + _LOCAL.unpack_from(self.head)[5]].endswith(b"/")

    @property
    def ends_itself(self) -> bool:
        """Its packed bytes tell where they end."""
        return self.described and self.method in _SELF_DELIMITING

    @property
    def is_delimited(self) -> bool:
        """It can be told where it ends; zeros may stand for what was not known at its header's time."""
        if self.described:
            return self.ends_itself or self.is_folder or (self.packed > 0 and self.size > 0)
        return self.packed > 0 or not self.method


class PassingZip:
    """The members of the zip that `stream` brings; `whole` tells its size, or how much of it came so far."""

    def __init__(self, stream: Lookahead, name: str, limits: Limits, whole: Callable[[], int]) -> None:
        self._stream = stream
        self._name = name
        self._limits = limits
        self._whole = whole
        self._count = 0
        self._total = 0

    def members(self) -> Iterator[Passing]:
        """One after the other; of each, `chunks` or `skip` must be called, and read to the end.

        When there are no more, the stream stands at the directory.
        Raises Undelimited, InvalidInput for what is not taken, Corrupt, and what the stream raises.
        """
        while (mark := self._stream.peek(4)) == _MEMBER:
            self._count += 1
            self._limits.check(self._count, 0, 1)
            with reading(self._name):
                member = self._header()
            yield member
        if len(mark) < 4:
            raise damaged(self._name, "its end, with the list of members, is missing")
        if mark not in _BEHIND:
            raise Undelimited("other bytes stand between its members")

    def _header(self) -> Passing:
        stream = self._stream
        offset, start = stream.offset, stream.peek(HEADER)
        if len(start) < HEADER:
            raise EOFError("it ends within a header")
        flags, method, crc, packed, size, named, extra_size = _LOCAL.unpack(start)
        head = stream.take(HEADER + named + extra_size)
        raw, extra = head[HEADER : HEADER + named], head[HEADER + named :]
        name = told_name(raw, flags, extra)
        if flags & _ENCRYPTED:
            raise InvalidInput(
                f"The archive member {shown(str(name))} is encrypted; pack it without a password."
            )
        if method not in METHODS:
            raise InvalidInput(
                f"The archive member {shown(str(name))} is compressed by method {method}; use deflate."
            )
        if _ONES in (packed, size):
            packed, size = _widened(extra, packed, size)
        described = bool(flags & _DESCRIBED)
        member = Passing(offset, head, name, method, described, crc or None, packed, size)
        if not member.is_delimited:
            raise Undelimited("only its list of members, at its end, tells how long they are")
        return member

    def skip(self, member: Passing) -> None:
        """Pass over a member's bytes, unpacking them only where that is how their end is found."""
        if member.described:
            for _ in self.chunks(member):
                pass
            return
        self._total += member.size
        self._limits.check(0, self._total, self._whole())
        with reading(self._name):
            for _ in self._stream.pieces(member.packed):
                pass
        member.crc32 = None

    def chunks(self, member: Passing) -> Iterator[bytes | memoryview]:
        """A member's bytes, all verified, as far as the headers go, by the time the last chunk is out."""
        begin = self._stream.offset
        with reading(self._name):
            size = crc = 0
            for chunk in self._unpacked(member):
                size, crc = size + len(chunk), crc32(chunk, crc)
                self._total += len(chunk)
                self._limits.check(0, self._total, self._whole())
                yield chunk
            member.packed, member.size, member.crc32 = self._stream.offset - begin, size, crc
            if member.described:
                self._describe(member)

    def _unpacked(self, member: Passing) -> Iterator[bytes | memoryview]:
        if member.ends_itself:
            yield from one_part(self._stream, decompressor(member.method))
            return
        packed = self._stream.pieces(member.packed)
        crc = None if member.described else member.crc32
        yield from checked(INFLATE[member.method](packed), self._called(member), member.size, crc)
        # LZMA may end before its bytes do.
        for _ in packed:
            pass

    def _describe(self, member: Passing) -> None:
        """Take what describes the bytes before it, marked or not, in 32 bits or 64 (APPNOTE.TXT 4.3.9)."""
        said = (member.crc32, member.packed, member.size)
        forms = [_WIDE.pack(*said)]
        if max(member.packed, member.size) <= _ONES:
            forms.append(_NARROW.pack(*said))
        fitting = [
            form
            for form in (*(_MARK + form for form in forms), *forms)
            if self._stream.peek(len(form)) == form
        ]
        for form in fitting:
            following = self._stream.peek(len(form) + 4)[len(form) :]
            if following == _MEMBER or following in _BEHIND:
                self._stream.take(len(form))
                return
        if not fitting:
            raise Corrupt(f"The archive member {self._called(member)} fails its CRC-32; fetch it again.")
        raise Undelimited("other bytes stand between its members")

    @staticmethod
    def _called(member: Passing) -> str:
        return member.name or repr(member.head[HEADER:])


def _widened(extra: bytes, packed: int, size: int) -> tuple[int, int]:
    """The sizes that stand in the Zip64 extra field instead, where all their 32 bits are ones (4.5.3)."""
    wide = extra_field(extra, _ZIP64) or b""
    values = [int.from_bytes(wide[at : at + 8], "little") for at in range(0, len(wide) - 7, 8)]
    if len(values) < (packed == _ONES) + (size == _ONES):
        raise ValueError("a Zip64 field is too short")
    size = values.pop(0) if size == _ONES else size
    return (values.pop(0) if packed == _ONES else packed), size


def check_agreement(passed: list[Passing], listed: list[Listed], name: str) -> None:
    """Whether what passed is what the directory lists, one to one; `listed` in the order of the offsets.

    Raises Undelimited when others, or more, or fewer passed, and Corrupt when the two contradict each other.
    """
    if [member.offset for member in passed] != [member.offset for member in listed]:
        raise Undelimited("other members stand in it than its list says")
    for came, told in zip(passed, listed, strict=True):
        if data_start(told, came.head) is None:
            raise damaged(name, "it ends within a header")
        if (came.packed, came.size) != (told.packed, told.size) or came.crc32 not in (None, told.crc32):
            raise Corrupt(
                f"The archive member {shown(told.name)} is not what the list of members says; "
                "fetch or pack the archive again."
            )
