"""Zips written byte for byte, with any field as one likes: what no honest writer can be made to write."""

import struct
import zlib
from dataclasses import dataclass, field

_LOCAL = ("signature", "needs", "flags", "method", "time", "date", "crc", "packed", "size", "named", "extra")
_ENTRY = (
    *("signature", "made", "needs", "flags", "method", "time", "date", "crc", "packed", "size"),
    *("named", "extra", "comment", "disk", "internal", "attributes", "offset"),
)
_END = ("signature", "disk", "first_disk", "here", "count", "size", "start", "comment")
_WIDE = ("signature", "length", "made", "needs", "disk", "first_disk", "here", "count", "size", "start")
_LOCATOR = ("signature", "disk", "end", "disks")

Lies = dict[str, int]


@dataclass
class Forged:
    """One member. `local` and `listed` say what the two headers claim in place of the truth, by field."""

    name: bytes
    data: bytes = b"species,island\n" * 10
    method: int = 8
    flags: int = 0
    local: Lies = field(default_factory=dict)
    listed: Lies = field(default_factory=dict)
    local_name: bytes | None = None
    local_extra: bytes = b""
    listed_extra: bytes = b""
    attributes: int = 0o100644 << 16
    packed: bytes | None = None
    before: bytes = b""
    """Bytes before the local header."""
    descriptor: bytes = b""
    """What follows the data."""
    listed_times: int = 1

    def bytes_of(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == 8 else self.data

    def header(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        packed = self.bytes_of()
        truth = (0x04034B50, 20, self.flags, self.method, 0, 33, zlib.crc32(self.data), len(packed))
        values = (*truth, len(self.data), len(name), len(self.local_extra))
        return _packed("<L5H3L2H", _LOCAL, values, self.local) + name + self.local_extra

    def entry(self, offset: int) -> bytes:
        truth = (0x02014B50, 3 << 8 | 20, 20, self.flags, self.method, 0, 33, zlib.crc32(self.data))
        sizes = (len(self.bytes_of()), len(self.data), len(self.name), len(self.listed_extra))
        values = (*truth, *sizes, 0, 0, 0, self.attributes, offset)
        return _packed("<L6H3L5H2L", _ENTRY, values, self.listed) + self.name + self.listed_extra


def forged(
    *members: Forged,
    before: bytes = b"",
    after_members: bytes = b"",
    comment: bytes = b"",
    end: Lies | None = None,
    wide: Lies | None = None,
    locator: Lies | None = None,
    only_locator: bool = False,
) -> bytes:
    """The zip of these members, offsets counting from behind `before`.

    `wide` gives it an end in 64 bits too; that, the locator and the end can lie by field, as members can.
    """
    body, entries = b"", b""
    for member in members:
        body += member.before
        entries += member.entry(len(body)) * member.listed_times
        body += member.header() + member.bytes_of() + member.descriptor
    body += after_members
    count = sum(member.listed_times for member in members)
    last = b""
    if wide is not None or only_locator:
        truth = (0x06064B50, 44, 45, 45, 0, 0, count, count, len(entries), len(body))
        last = b"" if only_locator else _packed("<LQ2H2L4Q", _WIDE, truth, wide or {})
        last += _packed("<2LQL", _LOCATOR, (0x07064B50, 0, len(body) + len(entries), 1), locator or {})
    values = (0x06054B50, 0, 0, count & 0xFFFF, count & 0xFFFF, len(entries), len(body), len(comment))
    return before + body + entries + last + _packed("<L4H2LH", _END, values, end or {}) + comment


def _packed(form: str, fields: tuple[str, ...], truth: tuple[int, ...], lies: Lies) -> bytes:
    assert set(lies) <= set(fields), lies
    return struct.pack(form, *(lies.get(name, value) for name, value in zip(fields, truth, strict=True)))


def extra(kind: int, data: bytes) -> bytes:
    """An extra field."""
    return struct.pack("<2H", kind, len(data)) + data


def wide_extra(*values: int) -> bytes:
    """The Zip64 extra field with these values."""
    return extra(1, struct.pack(f"<{len(values)}Q", *values))


def unicode_path(name: str, raw: bytes) -> bytes:
    """Info-ZIP's extra field: the name in UTF-8, good as long as the header's name is `raw`."""
    return extra(0x7075, struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode())


def descriptor(crc: int, packed: int, size: int, *, signature: bool = True, wide: bool = False) -> bytes:
    """What stands behind data whose header did not know them yet."""
    return b"PK\x07\x08" * signature + struct.pack("<L2Q" if wide else "<3L", crc, packed, size)


def deflated(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()
