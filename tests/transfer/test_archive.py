"""Archives, honest and hostile: what comes out is what was meant, or nothing."""

import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from brant.errors import BrantError, Corrupt, InvalidInput, LocalFailure
from brant.transfer.archive.extraction import Extracted, Limits, extract, iter_members, kind_of

MIB = 1024 * 1024
CHANCE = random.Random(31)
FILES = {
    "penguins.csv": b"species,island\n" * 20_000,
    "deep/er/random.bin": CHANCE.randbytes(300_000),
    "deep/empty": b"",
    "Größe 1.txt": b"x",
}
WANT = [(name, len(data)) for name, data in FILES.items()]


def told(done: list[Extracted]) -> list[tuple[str, int]]:
    """Paths and sizes; a zip tells a right CRC-32 too."""
    assert all(item.crc32 in (None, zlib.crc32(FILES[item.path])) and item.fresh for item in done)
    return [(item.path, item.size) for item in done]


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


TarMode = Literal["w:", "w:gz", "w:bz2", "w:xz"]


def tarred(path: Path, files: dict[str, bytes], mode: TarMode = "w:", form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, mode, format=form) as archive:
        for name, data in files.items():
            add(archive, name, data)
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def found(root: Path) -> dict[str, bytes]:
    """Every file below `root`, whatever it is called."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "stored": lambda path, files: zipped(path, files, zipfile.ZIP_STORED),
    "deflated": zipped,
    "zip-bzip2": lambda path, files: zipped(path, files, zipfile.ZIP_BZIP2),
    "zip-lzma": lambda path, files: zipped(path, files, zipfile.ZIP_LZMA),
    "tar": tarred,
    "tar-gnu": lambda path, files: tarred(path, files, form=tarfile.GNU_FORMAT),
    "tar.gz": lambda path, files: tarred(path, files, "w:gz"),
    "tar.bz2": lambda path, files: tarred(path, files, "w:bz2"),
    "tar.xz": lambda path, files: tarred(path, files, "w:xz"),
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[[Path, dict[str, bytes]], Path]:
    return MAKERS[request.param]


Make = Callable[[Path, dict[str, bytes]], Path]


def test_every_kind_is_extracted_whole(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", FILES)
    assert told(extract(source, tmp_path / "new" / "out")) == WANT
    assert found(tmp_path / "new" / "out") == FILES


def test_every_kind_is_streamed_member_by_member(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", FILES)
    read = {}
    for member in iter_members(source):
        with member.open() as stream:
            read[member.name] = b"".join(iter(lambda stream=stream: stream.read(1000), b""))
        assert member.size == len(read[member.name])
    assert read == FILES


def test_members_can_be_passed_over(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", FILES)
    assert [member.name for member in iter_members(source)] == list(FILES)


def test_only_what_is_selected_is_written(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", FILES)
    done = extract(source, tmp_path / "out", select=lambda name: name.startswith("deep/"))
    assert [item.path for item in done] == ["deep/er/random.bin", "deep/empty"]
    assert set(found(tmp_path / "out")) == {"deep/er/random.bin", "deep/empty"}


def test_folders_are_not_asked_for(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("empty/", b"")
        archive.writestr("raw/penguins.csv", b"island")
    asked = []
    extract(tmp_path / "z", tmp_path / "out", select=lambda name: asked.append(name) is None)
    assert asked == ["raw/penguins.csv"]
    assert not (tmp_path / "out/empty").exists()


def test_an_archive_of_nothing_is_extracted_to_nothing(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", {})
    if kind_of(source):
        assert extract(source, tmp_path / "out") == []
    else:
        # A plain tar of nothing is zeros, like many a file that is no tar.
        assert not source.read_bytes().strip(b"\0")


def test_long_names_survive(make: Make, tmp_path: Path) -> None:
    name = "/".join(["d" * 200, "é" * 100, "f" * 255])
    extract(make(tmp_path / "archive", {name: b"x"}), tmp_path / "out")
    assert found(tmp_path / "out") == {name: b"x"}


def test_empty_folders_are_made(tmp_path: Path) -> None:
    extract(zipped(tmp_path / "z", {"a/b/": b""}), tmp_path / "out1")
    with tarfile.open(tmp_path / "t", "w") as archive:
        add(archive, "./", type=tarfile.DIRTYPE)
        add(archive, "./a/b", type=tarfile.DIRTYPE)
    extract(tmp_path / "t", tmp_path / "out2")
    assert (tmp_path / "out1/a/b").is_dir()
    assert (tmp_path / "out2/a/b").is_dir()


def test_a_zip_written_to_a_pipe_is_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: object, /) -> int:
            self.data += bytes(piece)  # type: ignore[call-overload]
            return len(piece)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    (tmp_path / "z").write_bytes(pipe.data)
    assert told(extract(tmp_path / "z", tmp_path / "out")) == WANT


def test_a_zip64_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"hello")
    assert found_after(tmp_path / "z", tmp_path) == {"a": b"hello"}


def test_a_zip_whose_counts_overflow_the_old_format_is_read(tmp_path: Path) -> None:
    raw = zipped(tmp_path / "z", FILES).read_bytes()
    body, end = raw[:-22], struct.unpack("<4s4H2LH", raw[-22:])
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, end[4], end[4], end[5], end[6])
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    saturated = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    (tmp_path / "z").write_bytes(body + end64 + locator + saturated)
    assert told(extract(tmp_path / "z", tmp_path / "out")) == WANT
    assert "Limits.directory" in refused(tmp_path / "z", tmp_path / "o", limits=Limits(directory=99)).message
    assert "Limits.members" in refused(tmp_path / "z", tmp_path / "o", limits=Limits(members=1)).message


def test_a_zip_behind_a_program_is_no_zip_by_content_and_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "z", {"a": b"x"}).read_bytes()
    (tmp_path / "exe").write_bytes(b"#!/bin/sh\n" + inner)
    with pytest.raises(InvalidInput):
        extract(tmp_path / "exe", tmp_path / "out")


def found_after(source: Path, tmp_path: Path) -> dict[str, bytes]:
    extract(source, tmp_path / "out")
    return found(tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", None),
        (b"PK", None),
        (b"a,b\n1,2\n", None),
        (gzip.compress(b"a,b\n1,2\n"), None),
        (bz2.compress(b"a,b\n"), None),
        (lzma.compress(b"a,b\n"), None),
        (gzip.compress(b"a,b\n" * 9999)[:30], None),
        (b"\x1f\x8bnot gzip at all", None),
        (bytes(10240), None),
        (b"x" * 512, None),
    ],
)
def test_what_is_no_archive_is_told_by_its_content(tmp_path: Path, content: bytes, kind: str | None) -> None:
    (tmp_path / "archive.zip").write_bytes(content)
    assert kind_of(tmp_path / "archive.zip") is kind
    with pytest.raises(InvalidInput, match="neither a zip nor a tar"):
        extract(tmp_path / "archive.zip", tmp_path / "out")


def test_archives_are_told_by_their_content(make: Make, tmp_path: Path) -> None:
    kind = kind_of(make(tmp_path / "data.csv", FILES))
    assert kind == ("tar" if "tar" in str(make) or not zipfile.is_zipfile(tmp_path / "data.csv") else "zip")


def test_a_missing_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(LocalFailure, match="cannot be read"):
        extract(tmp_path / "none.zip", tmp_path / "out")


# Hostile names


HOSTILE = ["../evil", "/evil", "a/../../evil", "C:\\evil", "a\\..\\evil", "a\nb", "x" * 256, "..", "a/.. /b"]


def refused(
    source: Path, tmp_path: Path, error: type[BrantError] = InvalidInput, **options: object
) -> BrantError:
    """The error that both ways of reading raise; nothing is written."""
    with pytest.raises(error) as raised:
        extract(source, tmp_path / "out", **options)  # type: ignore[arg-type]
    with pytest.raises(error):
        for member in iter_members(source, limits=options.get("limits")):  # type: ignore[arg-type]
            member.open().read()
    assert found(tmp_path / "out") == {}
    assert raised.value.message.isprintable()
    return raised.value


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_before_anything_is_written(make: Make, tmp_path: Path, name: str) -> None:
    refused(make(tmp_path / "archive", {"good": b"1", name: b"2"}), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"archive", "out"}


def test_a_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"evilXtxt": b"x"})
    source.write_bytes(source.read_bytes().replace(b"evilXtxt", b"evil\0txt"))
    refused(source, tmp_path)


@pytest.mark.parametrize(
    "names",
    [("a", "A"), ("dir/a", "DIR/b"), ("a", "a/b"), ("caf\u00e9", "cafe\u0301")],
)
def test_names_that_collide_are_refused_before_anything_is_written(
    make: Make, tmp_path: Path, names: tuple[str, str]
) -> None:
    refused(make(tmp_path / "archive", dict.fromkeys(names, b"x")), tmp_path)


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    with tarfile.open(tmp_path / "t", "w") as tar:
        add(tar, "a", b"1")
        add(tar, "a", b"2")
    refused(tmp_path / "z", tmp_path)
    refused(tmp_path / "t", tmp_path)


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "t", "w") as archive:
        add(archive, "good", b"1")
        add(archive, "evil", type=kind, linkname="../../etc/passwd")
    refused(tmp_path / "t", tmp_path)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_refused(tmp_path: Path, mode: int) -> None:
    info = zipfile.ZipInfo("evil")
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("good", b"1")
        archive.writestr(info, "../../etc/passwd")
    refused(tmp_path / "z", tmp_path)


def test_a_sparse_member_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "t", "w", format=tarfile.PAX_FORMAT) as archive:
        add(
            archive,
            "sparse",
            b"x" * 512,
            pax_headers={"GNU.sparse.size": "99999999", "GNU.sparse.map": "0,512"},
        )
    assert "sparse" in refused(tmp_path / "t", tmp_path).message


# Hostile sizes


def test_more_bytes_than_allowed_are_refused(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", {"a": b"x" * 50_000, "b": b"y" * 50_000})
    assert "Limits.total" in refused(source, tmp_path, limits=Limits(total=99_999)).message


def test_more_members_than_allowed_are_refused(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", {str(number): b"" for number in range(11)})
    assert "Limits.members" in refused(source, tmp_path, limits=Limits(members=10)).message
    assert len(extract(source, tmp_path / "out", limits=Limits(members=11))) == 11


@pytest.mark.parametrize("name", ["deflated", "zip-bzip2", "zip-lzma", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_bomb_is_refused_until_it_is_trusted(tmp_path: Path, name: str) -> None:
    source = MAKERS[name](tmp_path / "bomb", {"zeros": bytes(24 * MIB)})
    assert "Limits.ratio" in refused(source, tmp_path).message
    extract(source, tmp_path / "out", limits=Limits(ratio=1e9))


def test_a_small_file_may_unfold_to_many_times_its_size(tmp_path: Path) -> None:
    data = {"zeros": bytes(MIB)}
    assert found_after(zipped(tmp_path / "z", data), tmp_path) == data


@pytest.mark.parametrize("method", [8, 12, 14])
def test_no_more_is_written_of_a_member_than_it_claims(tmp_path: Path, method: int) -> None:
    from tests.transfer.test_download import files_up_to

    source = zipped(tmp_path / "z", {"zeros": bytes(4 * MIB)}, method)
    patched(source, central=24, local=22, value=1000)
    with files_up_to(200_000):
        refused(source, tmp_path, Corrupt)


def test_a_list_of_members_too_long_for_memory_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {f"{number:0100}": b"" for number in range(100)})
    assert "Limits.directory" in refused(source, tmp_path, limits=Limits(directory=10_000)).message


def test_the_members_of_a_zip_are_counted_before_they_are_listed(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {str(number): b"" for number in range(20_000)}, zipfile.ZIP_STORED)
    refused(source, tmp_path, limits=Limits(members=10))
    tracemalloc.start()
    refused(source, tmp_path, limits=Limits(members=10))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MIB


def patched(source: Path, *, central: int, local: int, value: int) -> Path:
    """The zip with a four-byte field of its only member overwritten in both headers."""
    raw = bytearray(source.read_bytes())
    struct.pack_into("<L", raw, raw.index(b"PK\x01\x02") + central, value)
    struct.pack_into("<L", raw, raw.index(b"PK\x03\x04") + local, value)
    source.write_bytes(raw)
    return source


LOCAL_CRC_AND_SIZES = (b"PK\x03\x04", 14)
LISTED_CRC_AND_SIZES = (b"PK\x01\x02", 16)


def zeroed(source: Path, header: bytes, offset: int, size: int = 12) -> Path:
    raw = bytearray(source.read_bytes())
    at = raw.index(header) + offset
    raw[at : at + size] = bytes(size)
    source.write_bytes(raw)
    return source


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_the_list_of_members_is_what_counts(tmp_path: Path, method: int) -> None:
    data = {"a": CHANCE.randbytes(100_000)}
    source = zeroed(zipped(tmp_path / "z", data, method), *LOCAL_CRC_AND_SIZES)
    assert found_after(source, tmp_path) == data


@pytest.mark.parametrize("size", [4, 8, 12])
@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_a_list_without_checksum_and_sizes_is_corrupt(tmp_path: Path, method: int, size: int) -> None:
    source = zipped(tmp_path / "z", {"a": CHANCE.randbytes(100_000)}, method)
    refused(zeroed(source, *LISTED_CRC_AND_SIZES, size), tmp_path, Corrupt)


@pytest.mark.parametrize("method", [0, 8, 12, 14])
@pytest.mark.parametrize("claim", [0, 1, 99_999, 100_001, 5_000_000])
def test_a_zip_member_that_lies_about_its_size_is_corrupt(tmp_path: Path, method: int, claim: int) -> None:
    source = zipped(tmp_path / "z", {"a": CHANCE.randbytes(100_000)}, method)
    refused(patched(source, central=24, local=22, value=claim), tmp_path, Corrupt)


@pytest.mark.parametrize("method", [8, 12])
def test_a_shorter_size_with_a_matching_checksum_is_still_a_lie(tmp_path: Path, method: int) -> None:
    data = CHANCE.randbytes(100_000)
    source = zipped(tmp_path / "z", {"a": data}, method)
    patched(source, central=24, local=22, value=50_000)
    patched(source, central=16, local=14, value=zlib.crc32(data[:50_000]))
    refused(source, tmp_path, Corrupt)


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_a_wrong_checksum_is_corrupt(tmp_path: Path, method: int) -> None:
    source = zipped(tmp_path / "z", {"a": CHANCE.randbytes(100_000)}, method)
    refused(patched(source, central=16, local=14, value=12345), tmp_path, Corrupt)


def test_a_bit_flipped_anywhere_is_never_taken_for_good(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", {"a": CHANCE.randbytes(20_000), "b": b"12345" * 100})
    whole = source.read_bytes()
    good = found_after(source, tmp_path)
    checksummed = (
        not tarfile.is_tarfile(source) or whole[:2] == b"\x1f\x8b" or whole[:3] in (b"BZh", b"\xfd7z")
    )
    for number in range(60):
        damaged = bytearray(whole)
        damaged[CHANCE.randrange(len(whole))] ^= 1 << CHANCE.randrange(8)
        source.write_bytes(damaged)
        out = tmp_path / f"out{number}"
        try:
            extract(source, out)
        except BrantError as error:
            assert error.message.isprintable()
        else:
            # A flip may meet a date, or padding; a plain tar has no checksum over its bytes.
            assert not checksummed or found(out) in (good, *renamed(good, found(out)))


def renamed(good: dict[str, bytes], seen: dict[str, bytes]) -> list[dict[str, bytes]]:
    """`seen`, if it holds the right bytes under other names: a zip's names have no checksum."""
    return [seen] if sorted(seen.values()) == sorted(good.values()) else []


def test_an_archive_cut_anywhere_is_never_taken_for_whole(make: Make, tmp_path: Path) -> None:
    source = make(tmp_path / "archive", {"a": CHANCE.randbytes(5000), "b": CHANCE.randbytes(5000)})
    whole = source.read_bytes()
    needed = len(whole.rstrip(b"\0")) if "tar" in str(kind_of(source)) and whole[:1] == b"a" else len(whole)
    for count in sorted(CHANCE.sample(range(needed), 40)):
        source.write_bytes(whole[:count])
        with pytest.raises((Corrupt, InvalidInput)):
            extract(source, tmp_path / f"out{count}")


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"x" * 1000, "b": b"x" * 1000}, zipfile.ZIP_STORED)
    raw = bytearray(source.read_bytes())
    first = raw.index(b"PK\x01\x02")
    second = raw.index(b"PK\x01\x02", first + 4)
    # The second entry of the directory points at the first member, and bears its name.
    raw[second + 42 : second + 46] = struct.pack("<L", 0)
    raw[second + 46 : second + 47] = b"a"
    source.write_bytes(raw)
    assert "overlap" in refused(source, tmp_path, Corrupt).message


def test_a_member_that_reaches_into_the_directory_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"x" * 1000}, zipfile.ZIP_STORED)
    patched(source, central=24, local=22, value=1030)
    assert "overlap" in refused(patched(source, central=20, local=18, value=1030), tmp_path, Corrupt).message


def test_two_headers_that_disagree_about_the_compression_are_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"island"}, zipfile.ZIP_STORED)
    raw = bytearray(source.read_bytes())
    struct.pack_into("<H", raw, 8, zipfile.ZIP_DEFLATED)
    source.write_bytes(raw)
    assert "disagree" in refused(source, tmp_path, Corrupt).message


def test_two_headers_that_disagree_are_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"good": b"x"})
    raw = source.read_bytes()
    source.write_bytes(raw.replace(b"good", b"evil", 1))
    assert "disagree" in refused(source, tmp_path, Corrupt).message


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"x"})
    raw = bytearray(source.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    source.write_bytes(raw)
    assert "encrypted" in refused(source, tmp_path).message


def test_a_dictionary_as_large_as_the_memory_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"island"}, zipfile.ZIP_LZMA)
    raw = bytearray(source.read_bytes())
    struct.pack_into("<L", raw, raw.index(b"a\x09") + 6, 512 * MIB)
    source.write_bytes(raw)
    assert "LZMA" in refused(source, tmp_path, Corrupt).message


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    source = zipped(tmp_path / "z", {"a": b"x"})
    raw = bytearray(source.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 10] = 97
    raw[raw.index(b"PK\x03\x04") + 8] = 97
    source.write_bytes(raw)
    assert "method 97" in refused(source, tmp_path).message


def test_bytes_after_the_end_of_a_compressed_member_are_refused(tmp_path: Path) -> None:
    data = b"x" * 1000
    packed = zlib.compress(data)[2:-4] + b"hidden"
    name, crc = b"a", zlib.crc32(data)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(packed), len(data), 1, 0) + name
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, len(packed), len(data), 1, *[0] * 6
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) + 1, len(local) + len(packed), 0)
    (tmp_path / "z").write_bytes(local + packed + entry + name + end)
    refused(tmp_path / "z", tmp_path, Corrupt)


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    """A tar header with the size field as given."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108], block[124:136], block[136:148] = b"0000644\0", size.ljust(12, b"\0"), b"00000000000\0"
    block[156:157], block[257:265] = kind, b"ustar\x0000"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


NEGATIVE = b"\xff" * 10 + b"\xfc\x00"


@pytest.mark.parametrize(
    "blocks",
    [
        header(b"a", NEGATIVE),
        header(b"ok", b"00000000000") + header(b"a", NEGATIVE),
        header(b"a", NEGATIVE, b"x"),
        header(b"a", b"\x80" + b"\x7f" * 11),
        header(b"a", b"77777777777"),
        header(b"a", b"77777777777", b"x") + bytes(4096),
        header(b"a", b"77777777777", b"L") + bytes(4096),
        header(b"a", b"00000000010", b"x") + b"garbage".ljust(512, b"\0"),
        (header(b"a", b"00000000014", b"x") + b"12 a=bcdefg\n".ljust(512, b"\0")) * 2000,
        header(b"a", b"00000000000") + b"?" * 512,
        header(b"a", b"00000000000"),
    ],
)
def test_a_tar_whose_headers_make_no_sense_is_corrupt(tmp_path: Path, blocks: bytes) -> None:
    (tmp_path / "t").write_bytes(blocks)
    refused(tmp_path / "t", tmp_path, Corrupt)
    (tmp_path / "t").write_bytes(gzip.compress(blocks))
    refused(tmp_path / "t", tmp_path, Corrupt)


def test_a_header_as_long_as_the_memory_is_not_read(tmp_path: Path) -> None:
    bomb = header(b"a", b"%011o" % (512 * MIB), b"x")
    with gzip.open(tmp_path / "t", "wb", compresslevel=1) as stream:
        stream.write(bomb)
        for _ in range(64):
            stream.write(bytes(MIB))
    tracemalloc.start()
    try:
        refused(tmp_path / "t", tmp_path, Corrupt)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB


@pytest.mark.parametrize("name", ["deflated", "zip-bzip2", "zip-lzma", "tar.xz"])
def test_memory_does_not_grow_with_a_member(tmp_path: Path, name: str) -> None:
    source = MAKERS[name](tmp_path / "archive", {"zeros": bytes(40 * MIB)})
    tracemalloc.start()
    try:
        for member in iter_members(source, limits=Limits(ratio=1e9)):
            with member.open() as stream:
                while stream.read(MIB):
                    pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The dictionary of LZMA, 8 MiB, is the largest part.
    assert peak < 24 * MIB


# The folder


def test_a_failure_leaves_no_half_written_file(make: Make, tmp_path: Path) -> None:
    files = {"first": b"whole" * 1000, "second": CHANCE.randbytes(400_000)}
    source = make(tmp_path / "archive", files)
    whole = bytearray(source.read_bytes())
    whole[len(whole) - 150_000] ^= 0xFF
    source.write_bytes(whole)
    if tarfile.is_tarfile(source) and whole[:5] == b"first":
        return
    with pytest.raises((Corrupt, InvalidInput)):
        extract(source, tmp_path / "out")
    assert found(tmp_path / "out") in ({}, {"first": files["first"]})


def test_files_that_are_there_are_replaced_whole(make: Make, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/penguins.csv").write_bytes(b"old and longer" * 100_000)
    extract(make(tmp_path / "archive", FILES), tmp_path / "out")
    assert found(tmp_path / "out") == FILES


def test_a_link_in_place_of_a_file_is_replaced_and_not_followed(make: Make, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/penguins.csv").symlink_to(victim)
    extract(make(tmp_path / "archive", FILES), tmp_path / "out")
    assert victim.read_bytes() == b"precious"
    assert found(tmp_path / "out") == FILES


def test_a_link_in_place_of_a_folder_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/deep").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalFailure, match="in the way"):
        extract(make(tmp_path / "archive", FILES), tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["out", "out/deep"])
def test_a_file_in_place_of_a_folder_is_said(make: Make, tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(b"a file")
    with pytest.raises(LocalFailure):
        extract(make(tmp_path / "archive", FILES), tmp_path / "out")
    assert (tmp_path / path).read_bytes() == b"a file"


def test_a_folder_in_place_of_a_file_is_said(make: Make, tmp_path: Path) -> None:
    (tmp_path / "out/penguins.csv").mkdir(parents=True)
    with pytest.raises(LocalFailure):
        extract(make(tmp_path / "archive", FILES), tmp_path / "out")
    assert found(tmp_path / "out") == {}


def test_a_full_disk_leaves_no_half_written_file(tmp_path: Path) -> None:
    from tests.transfer.test_download import files_up_to

    source = zipped(tmp_path / "z", FILES)
    with files_up_to(100_000), pytest.raises(LocalFailure, match="make room"):
        extract(source, tmp_path / "out")
    assert found(tmp_path / "out") == {}


def test_a_disk_that_takes_only_a_part_of_the_last_piece_is_full(tmp_path: Path) -> None:
    from tests.transfer.test_download import files_up_to

    source = zipped(tmp_path / "z", {"penguins.csv": b"island," * 1000}, zipfile.ZIP_STORED)
    with files_up_to(4096), pytest.raises(LocalFailure, match="make room"):
        extract(source, tmp_path / "out")
    assert found(tmp_path / "out") == {}


def test_the_names_of_members_do_not_choose_their_modes(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "t", "w") as archive:
        add(archive, "run", b"#!", mode=0o4777, uid=0)
    extract(tmp_path / "t", tmp_path / "out")
    (tmp_path / "plain").touch()
    assert (tmp_path / "out/run").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_zip_member_can_be_opened_at_any_time_and_twice(tmp_path: Path) -> None:
    members = list(iter_members(zipped(tmp_path / "z", FILES)))
    for member in reversed(members):
        assert member.open().read() == member.open().read() == FILES[member.name]


def test_thousands_of_members_are_extracted(tmp_path: Path) -> None:
    source = zipped(
        tmp_path / "z", {f"{n % 100}/{n}.txt": b"%d" % n for n in range(2000)}, zipfile.ZIP_STORED
    )
    assert len(extract(source, tmp_path / "out")) == 2000
