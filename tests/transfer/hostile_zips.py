"""Zips made to do harm."""

import struct
import zlib
from collections.abc import Iterator

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.extraction import Limits
from tests.transfer.forged import Forged, deflated, descriptor, extra, forged, unicode_path, wide_extra
from tests.transfer.hostile_case import GOOD, MIB, Hostile, case

FIRST = Forged(b"good.csv", GOOD)


def _names() -> Iterator[Hostile]:
    for name in [
        *(b"../evil", b"a/../../evil", b"..", b"a/..", b"/evil", b"//server/share/evil", b"/", b".", b""),
        *(b"C:/evil", b"C:evil", b"C:\\evil", b"..\\evil", b"a\\..\\evil", b"\\\\server\\evil"),
        *(
            b"a/.. /evil",
            b"a/.../evil",
            b" /evil",
            b"evil\0.csv",
            b"evil\n.csv",
            b"evil\x1b[31m",
            b"evil\x7f",
        ),
        *(
            b"x" * 256,
            b"x/" * 2100 + b"evil",
            b".brant-1-1.tmp",
            b"good.csv.brant-partial",
            b"GOOD.CSV.BRANT-JOURNAL",
        ),
    ]:
        yield case(f"named {name[:24]!r}", forged(FIRST, Forged(name)))
        yield case(f"named {name[:24]!r} in UTF-8", forged(FIRST, Forged(name, flags=0x800)))
    folder = Forged(b"../evil/", b"", 0, attributes=0o040755 << 16)
    yield case("a folder outside", forged(FIRST, folder))
    for raw in (b"\xff\xfeevil", b"\xc0\xae\xc0\xae/evil", b"\xed\xa0\x80evil"):
        yield case(f"no UTF-8: {raw!r}", forged(FIRST, Forged(raw, flags=0x800)), Corrupt)
    path = Forged(b"fine.csv", listed_extra=unicode_path("../evil", b"fine.csv"))
    path.local_extra = path.listed_extra
    yield case("its Unicode path climbs", forged(FIRST, path))
    yield case("its Unicode path takes another's place", forged(FIRST, _renamed("good.csv")))
    local = Forged(b"fine.csv", local_name=b"../evil1")
    yield case("climbs by the local header alone", forged(FIRST, local), Corrupt, InvalidInput)
    listed = Forged(b"../evil1", local_name=b"fine.csv")
    yield case("climbs by the directory alone", forged(FIRST, listed), Corrupt, InvalidInput)


def _renamed(name: str) -> Forged:
    field = unicode_path(name, b"fine.csv")
    return Forged(b"fine.csv", listed_extra=field, local_extra=field)


def _kinds() -> Iterator[Hostile]:
    for what, mode in {"link": 0o12, "device": 0o02, "disk": 0o06, "pipe": 0o01, "socket": 0o14}.items():
        evil = Forged(b"evil", b"../../etc/passwd", 0, attributes=(mode << 12 | 0o777) << 16)
        yield case(f"a {what}", forged(FIRST, evil))
    link = Forged(b"way", b"..", 0, attributes=0o120777 << 16)
    yield case("a link and a file behind it", forged(FIRST, link, Forged(b"way/evil")))
    yield case("a folder with bytes", forged(FIRST, Forged(b"folder/")), Corrupt)
    for method in (1, 6, 9, 93, 95, 97, 99, 0xFFFF):
        yield case(f"method {method}", forged(FIRST, Forged(b"evil", method=method)))
    yield case("encrypted", forged(FIRST, Forged(b"evil", flags=1)))
    yield case("strongly encrypted", forged(FIRST, Forged(b"evil", flags=0x41)))
    secretly = forged(FIRST, Forged(b"evil", local={"flags": 1}))
    yield case("encrypted by the local header alone", secretly, Corrupt, InvalidInput)


def _collisions() -> Iterator[Hostile]:
    yield case("a name twice", forged(FIRST, FIRST))
    yield case("a name twice, by dots", forged(FIRST, Forged(b"./good.csv")))
    pairs: list[tuple[str, str]] = [
        *(("a.csv", "A.csv"), ("Train/a", "train/b"), ("straße", "STRASSE")),
        *(("caf\u00e9", "cafe\u0301"), ("\u00c5", "\u212b"), ("a", "a/b"), ("a/b", "a")),
        *(("a/", "a"), ("a", "a/"), ("A", "a/b"), ("\u1e9e", "ss")),
    ]
    for one, two in pairs:
        members = [
            Forged(name.encode(), b"" if name.endswith("/") else GOOD, flags=0x800) for name in (one, two)
        ]
        yield case(f"{one!a} and {two!a}", forged(FIRST, *members))


def _bombs() -> Iterator[Hostile]:
    zeros = Forged(b"zeros", bytes(24 * MIB))
    yield case("a bomb", lambda: forged(zeros), trusted=Limits(ratio=1e9))
    some = [Forged(b"%d.csv" % number, b"") for number in range(11)]
    yield case("too many", forged(*some), limits=Limits(members=10), trusted=Limits(members=11))
    larger = [Forged(b"a", b"x" * 600, 0), Forged(b"b", b"y" * 600, 0)]
    yield case("too much", forged(*larger), limits=Limits(total=1199), trusted=Limits(total=1200))
    deep = [Forged(b"%d/" % number * 1900 + b"evil", b"") for number in range(10)]
    yield case("too many folders", forged(*deep), limits=Limits(members=5000))
    yield case("too long a list", forged(*some), limits=Limits(directory=300))
    yield case("members in members", _quoted_overlap, Corrupt)
    yield case("one member under many names", _full_overlap, Corrupt)
    yield case("one entry a thousand times", forged(Forged(b"evil", listed_times=1000)), Corrupt)
    vast = forged(FIRST, wide={"here": 1 << 40, "count": 1 << 40}, end={"here": 0xFFFF, "count": 0xFFFF})
    yield case("a million million members", vast)


def _quoted_overlap(count: int = 20) -> bytes:
    """Each member holds the headers of all behind it as stored blocks, and all share one kernel (zbsm)."""
    kernel = bytes(100_000)
    members = [Forged(b"evil%d" % count, kernel)]
    tail = members[0].header() + members[0].bytes_of()
    for number in reversed(range(count)):
        quoted = members[0].header()
        block = b"\0" + struct.pack("<2H", len(quoted), len(quoted) ^ 0xFFFF)
        inner = members[0].bytes_of()
        member = Forged(b"evil%d" % number, quoted + members[0].data, packed=block + quoted + inner)
        members.insert(0, member)
        tail = member.header() + block + tail
    entries, offset = b"", 0
    for member in members:
        entries += member.entry(offset)
        offset += len(member.header()) + 5
    count += 1
    return tail + entries + struct.pack("<L4H2LH", 0x06054B50, 0, 0, count, count, len(entries), len(tail), 0)


def _full_overlap() -> bytes:
    kernel = Forged(b"evil", bytes(100_000))
    entries = b"".join(Forged(b"evi%d" % number, kernel.data).entry(0) for number in range(10))
    body = kernel.header() + kernel.bytes_of()
    return body + entries + struct.pack("<L4H2LH", 0x06054B50, 0, 0, 10, 10, len(entries), len(body), 0)


def _sizes() -> Iterator[Hostile]:
    data, crc = GOOD * 1000, zlib.crc32(GOOD * 1000)
    for method in (0, 8):
        for what, lies in {
            "smaller": {"size": 1000},
            "smaller, with a checksum for it": {"size": 1000, "crc": zlib.crc32(data[:1000])},
            "nothing": {"size": 0},
            "nothing at all": {"size": 0, "packed": 0, "crc": 0},
            "larger": {"size": len(data) + 1},
            "huge": {"size": 0xFFFFFFFE},
            "of fewer packed bytes": {"packed": 10},
            "of no packed bytes": {"packed": 0},
            "of more packed bytes": {"packed": 0x7FFFFFFF},
            "of another checksum": {"crc": crc ^ 1},
        }.items():
            limits = Limits(ratio=1e9, total=1 << 62)
            member = Forged(b"evil", data, method, local=lies, listed=lies)
            # Nothing at all is what nobody can tell from a gap behind an empty member.
            empty = (
                {"good.csv": GOOD, "evil": b""}
                if method == 0 and "packed" in lies and "size" in lies
                else None
            )
            content = forged(FIRST, member)
            yield case(f"claims to be {what} ({method})", content, Corrupt, harmless=empty, limits=limits)
            member = Forged(b"evil", data, method, listed=lies)
            name = f"claims in the directory to be {what} ({method})"
            yield case(name, forged(FIRST, member), Corrupt, limits=limits)
            lying = {key: value for key, value in lies.items() if value}
            if lying:
                member = Forged(b"evil", data, method, local=lying)
                name = f"claims in its header to be {what} ({method})"
                yield case(name, forged(FIRST, member), Corrupt, limits=limits)
    yield case("data cut off", forged(FIRST, Forged(b"evil", data, packed=deflated(data)[:-9])), Corrupt)
    yield case("data and more", forged(FIRST, Forged(b"evil", data, packed=deflated(data) + b"x")), Corrupt)
    yield case("no deflated data", forged(FIRST, Forged(b"evil", data, packed=b"\xff" * 99)), Corrupt)


def _descriptors() -> Iterator[Hostile]:
    data = GOOD * 100
    packed, crc = len(deflated(data)), zlib.crc32(data)
    unknown = {"crc": 0, "packed": 0, "size": 0}
    for what, said in {
        "another checksum": descriptor(crc ^ 1, packed, len(data)),
        "fewer packed bytes": descriptor(crc, packed - 1, len(data)),
        "another size": descriptor(crc, packed, len(data) + 1),
        "nothing": b"",
        "half of it": descriptor(crc, packed, len(data))[:9],
    }.items():
        member = Forged(b"a.csv", data, flags=8, local=unknown, descriptor=said)
        whole = {"good.csv": GOOD, "a.csv": data}
        # The directory tells the truth, and who reads it first never looks at the descriptor.
        yield case(f"a descriptor with {what}", forged(FIRST, member), Corrupt, harmless=whole)
        member = Forged(b"evil", data, flags=8, local=unknown, descriptor=said, listed={"size": 99})
        yield case(f"a descriptor with {what}, and a list that lies", forged(FIRST, member), Corrupt)


def _places() -> Iterator[Hostile]:
    second = Forged(b"evil", GOOD * 50, 0)
    behind = len(FIRST.header() + FIRST.bytes_of())
    whole = behind + len(second.header() + second.data)
    for what, offset in {
        "at another": 0,
        "within another": 5,
        "one byte early": behind - 1,
        "one byte late": behind + 1,
        "in its own data": behind + 40,
        "at the directory": whole,
        "within the directory": whole + 20,
        "at the end": whole + len(FIRST.entry(0) + second.entry(0)),
        "past the end": 1 << 30,
        "far past the end": 0xFFFFFFFE,
    }.items():
        lying = Forged(b"evil", second.data, 0, listed={"offset": offset})
        yield case(f"a member said to be {what}", forged(FIRST, lying), Corrupt)
    hidden = Forged(b"evil", b"hidden")
    inside = Forged(b"outer", hidden.header() + hidden.bytes_of(), 0)
    start = behind + len(inside.header())
    lying = Forged(b"evil", b"hidden", listed={"offset": start})
    yield case("a member within a member", forged(FIRST, inside, lying), Corrupt)
    for what, lies in {
        "too late": {"start": whole + 1},
        "too early": {"start": whole - 1},
        "at the start": {"start": 0},
        "past the end": {"start": 1 << 30},
        "too long": {"size": 200},
        "as long as can be": {"size": 0xFFFFFFFE},
        "too short": {"size": 60},
        "empty": {"size": 0},
        "of one more": {"here": 3, "count": 3},
        "of one less": {"here": 1, "count": 1},
        "of none": {"here": 0, "count": 0},
        "of two counts": {"here": 1},
    }.items():
        yield case(f"a directory said to be {what}", forged(FIRST, second, end=lies), Corrupt)
    yield case("one part of several", forged(FIRST, second, end={"disk": 1, "first_disk": 1}))


def _ends() -> Iterator[Hostile]:
    whole, other = forged(FIRST, Forged(b"b.csv")), forged(Forged(b"evil"))
    yield case("two archives in one", whole + other, Corrupt)
    yield case("an archive as the comment", forged(FIRST, comment=other), Corrupt)
    yield case("an end as the comment", forged(FIRST, comment=forged()), Corrupt)
    yield case("an archive within, cut behind it", _cut_behind_inner(other), Corrupt)
    yield case("a cut comment", forged(FIRST, comment=b"x" * 100)[:-1], Corrupt)
    for count in (1, 10, 21, 22, 23, 50, 80, 120):
        yield case(f"without the last {count} bytes", whole[:-count], Corrupt)
    for at in (4, 40, 100):
        yield case(f"without {at} bytes of the directory", whole[: -22 - at] + whole[-22:], Corrupt)
    yield case("without its beginning", whole[50:], Corrupt, InvalidInput)
    yield case("behind another one's beginning", whole[:50] + whole, Corrupt)
    broken = whole.replace(b"PK\x01\x02", b"PK\x01\x03")
    yield case("a directory of something else", broken, Corrupt)
    yield case(
        "members of something else", b"PK\x03\x04" + whole.replace(b"PK\x03\x04", b"PK\x03\x05")[4:], Corrupt
    )


def _cut_behind_inner(inner: bytes) -> bytes:
    whole = forged(FIRST, Forged(b"inner.zip", inner, 0), Forged(b"more", bytes(9)))
    return whole[: whole.index(inner) + len(inner)]


def _wide() -> Iterator[Hostile]:
    ones = {"here": 0xFFFF, "count": 0xFFFF, "size": 0xFFFFFFFF, "start": 0xFFFFFFFF}
    evil = Forged(b"evil")
    for what, lies in {
        "starts elsewhere": {"start": 0},
        "starts beyond": {"start": 1 << 62},
        "is shorter": {"size": 46},
        "is vast": {"size": 1 << 62},
        "counts one less": {"here": 1, "count": 1},
        "counts one more": {"here": 3, "count": 3},
        "is longer itself": {"length": 1 << 40},
        "is no such end": {"signature": 0},
        "counts twice": {"here": 1},
    }.items():
        errors = (Corrupt, InvalidInput) if "vast" in what else (Corrupt,)
        yield case(f"an end in 64 bits that {what}", forged(FIRST, evil, wide=lies, end=ones), *errors)
    yield case("two ends that disagree", forged(FIRST, evil, wide={}, end={"here": 1, "count": 1}), Corrupt)
    yield case("a locator that points elsewhere", forged(FIRST, evil, wide={}, locator={"end": 3}), Corrupt)
    yield case("a locator of many disks", forged(FIRST, evil, wide={}, locator={"disks": 9}))
    yield case("a locator alone", forged(FIRST, evil, only_locator=True), Corrupt)
    size, packed = len(GOOD), len(deflated(GOOD))
    for what, fields in {
        "none": b"",
        "a short one": extra(1, bytes(7)),
        "one of fewer values": wide_extra(size),
        "one cut off": extra(1, bytes(16))[:-3],
        "two": wide_extra(size, packed) * 2,
        "one with other sizes": wide_extra(size + 1, packed),
        "one with huge sizes": wide_extra(1 << 63, 1 << 63),
        "one with other packed bytes": wide_extra(size, packed - 1),
    }.items():
        wide = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF}
        member = Forged(b"evil", GOOD, listed=wide, listed_extra=fields)
        yield case(f"sizes in 64 bits, and {what}", forged(FIRST, member), Corrupt, InvalidInput)
    local = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF}
    lying = Forged(b"evil", GOOD, local=local, local_extra=wide_extra(size + 1, packed))
    yield case("other sizes in 64 bits in its header", forged(FIRST, lying), Corrupt)
    placed = Forged(b"evil", GOOD, listed={"offset": 0xFFFFFFFF}, listed_extra=wide_extra(1 << 63))
    yield case("an offset of 64 bits", forged(FIRST, placed), Corrupt)


ZIPS: list[Hostile] = [
    hostile
    for hostiles in (_names, _kinds, _collisions, _bombs, _sizes, _descriptors, _places, _ends, _wide)
    for hostile in hostiles()
]
