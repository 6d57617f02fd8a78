"""Tars made to do harm, plain and compressed."""

import gzip
import io
import tarfile
from collections.abc import Iterator

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.extraction import Limits
from tests.transfer.hostile_case import GOOD, MIB, Hostile, case


def _tar(*members: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of good.csv and these members: files, or headers with no bytes behind them."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for member in (("good.csv", GOOD), *members):
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            archive.addfile(info, io.BytesIO(member[1]))
    return file.getvalue()


def _special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    """A header with the size field as given."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108], block[124:136], block[136:148] = b"0000644\0", size.ljust(12, b"\0"), b"00000000000\0"
    block[156:157], block[257:265] = kind, b"ustar\x0000"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _names() -> Iterator[tuple[str, bytes]]:
    for name in [
        *("../evil", "a/../../evil", "..", "/evil", "//server/evil", "C:/evil", "C:\\evil", "..\\evil"),
        *(
            "a/.. /evil",
            "evil\n.csv",
            "evil\x1b[31m",
            "x" * 256,
            "x/" * 2100 + "evil",
            "good.csv.brant-partial",
        ),
    ]:
        # The long names are in extended headers of both kinds.
        yield f"named {name[:24]!r}", _tar((name, GOOD))
        yield f"named {name[:24]!r}, by GNU", _tar((name, GOOD), form=tarfile.GNU_FORMAT)
    climbing = tarfile.TarInfo("fine.csv")
    climbing.pax_headers = {"path": "../evil"}
    yield "its extended header climbs", _tar(climbing)
    yield "a folder outside", _tar(_special("../evil", tarfile.DIRTYPE))


def _kinds() -> Iterator[tuple[str, bytes]]:
    yield "a link out", _tar(_special("evil", tarfile.SYMTYPE, "../../etc/passwd"))
    yield "a link within", _tar(_special("evil", tarfile.SYMTYPE, "good.csv"))
    yield "a link and a file behind it", _tar(_special("way", tarfile.SYMTYPE, ".."), ("way/evil", GOOD))
    yield "a hard link out", _tar(_special("evil", tarfile.LNKTYPE, "/etc/passwd"))
    yield "a hard link within", _tar(_special("evil", tarfile.LNKTYPE, "good.csv"))
    for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"):
        yield f"of kind {kind!r}", _tar(_special("evil", kind))
    sparse = tarfile.TarInfo("evil")
    sparse.pax_headers = {"GNU.sparse.size": "99999999", "GNU.sparse.map": "0,0"}
    yield "sparse", _tar(sparse)


def _collisions() -> Iterator[tuple[str, bytes]]:
    for one, two in [
        *(("good.csv", "b"), ("./good.csv", "b"), ("a.csv", "A.csv"), ("Train/a", "train/b")),
        *(("caf\u00e9", "cafe\u0301"), ("a", "a/b"), ("a/b", "a"), ("A", "a/b")),
    ]:
        yield f"{one!a} and {two!a}", _tar((one, GOOD), (two, GOOD))
    yield "a file and a folder", _tar(("a", GOOD), _special("a", tarfile.DIRTYPE))


def _broken() -> Iterator[tuple[str, bytes]]:
    good = header(b"good.csv", b"%011o" % len(GOOD)) + GOOD.ljust(512, b"\0")
    negative = b"\xff" * 10 + b"\xfc\x00"
    yield "of a negative size", good + header(b"evil", negative)
    yield "of a negative header", good + header(b"evil", negative, b"x")
    yield "of a size beyond all", good + header(b"evil", b"\x80" + b"\x7f" * 11)
    yield "larger than the archive", good + header(b"evil", b"77777777777")
    yield "of a header larger than the archive", good + header(b"evil", b"77777777777", b"x") + bytes(4096)
    yield "of a name larger than the archive", good + header(b"evil", b"77777777777", b"L") + bytes(4096)
    yield "of headers without end", good + _chain()
    yield "followed by something else", good + b"?" * 512
    yield "without its end", good
    yield "cut in its data", (good + header(b"evil", b"00000010000") + bytes(2048))[:-100]
    flipped = bytearray(good + header(b"evil", b"00000000000"))
    flipped[-512] ^= 1
    yield "of a wrong checksum", bytes(flipped)


def _chain() -> bytes:
    return (header(b"a", b"00000000014", b"x") + b"12 a=bcdefg\n".ljust(512, b"\0")) * 2000


def _limits() -> Iterator[Hostile]:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
        info = tarfile.TarInfo("zeros")
        info.size = 24 * MIB
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    yield case("tar.gz: a bomb", file.getvalue(), trusted=Limits(ratio=1e9))
    many = _tar(*((f"{number}.csv", b"") for number in range(10)))
    yield case("tar: too many", many, limits=Limits(members=10), trusted=Limits(members=11))
    yield case("tar: too much", many, limits=Limits(total=5000), trusted=Limits(total=50_000))


def _both(name: str, content: bytes, error: type[Corrupt] | type[InvalidInput]) -> Iterator[Hostile]:
    yield case(f"tar: {name}", content, error)
    yield case(f"tar.gz: {name}", gzip.compress(content, 1), error)


def _torn() -> Iterator[Hostile]:
    whole = gzip.compress(_tar(("evil", GOOD * 100)), 1)
    for count in (1, 4, 8, 9, 60):
        yield case(f"tar.gz: without the last {count} bytes", whole[:-count], Corrupt)
    # One so small is read to its end before it is known to be a tar at all.
    errors = (Corrupt, InvalidInput)
    yield case("tar.gz: with another checksum", whole[:-8] + b"none" + whole[-4:], *errors)
    yield case("tar.gz: with another length", whole[:-4] + b"none", *errors)


TARS: list[Hostile] = [
    *(h for many in (_names, _kinds, _collisions) for pair in many() for h in _both(*pair, InvalidInput)),
    *(h for pair in _broken() for h in _both(*pair, Corrupt)),
    *_limits(),
    *_torn(),
]
