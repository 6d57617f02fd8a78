"""The directory of a zip: what other programs write is read as they meant it, what is broken as nothing."""

import io
import random
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brant.errors import BrantError, Corrupt, InvalidInput
from brant.transfer.archive import inflate
from brant.transfer.archive.directory import HEADER, METHODS, data_start, read_directory
from brant.transfer.archive.extraction import extract
from brant.transfer.archive.limits import Limits
from brant.transfer.archive.names import Names, safe_parts
from tests.transfer.forged import Forged, forged, wide_extra
from tests.transfer.listing import Remote, listed, unpacked, zipped

# What other programs write


def safe_names(names: list[str]) -> bool:
    taken = Names()
    try:
        for name in names:
            taken.add(safe_parts(name), is_folder=False)
    except InvalidInput:
        return False
    return all("/".join(safe_parts(name)) == name for name in names)


letters = st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\\:")
contents = st.dictionaries(
    st.text(letters, min_size=1, max_size=20) | st.text("abß/. ", min_size=1, max_size=9),
    st.binary(max_size=300) | st.binary(max_size=20).map(lambda data: data * 500),
    max_size=6,
).filter(lambda files: safe_names(list(files)))


class Pipe(io.RawIOBase):
    """What cannot be gone back in: sizes and CRC-32 follow the data."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        self.content += bytes(piece)  # type: ignore[call-overload]
        return len(piece)  # type: ignore[arg-type]


@given(
    files=contents,
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
    # zipfile takes the mark of an end in a comment for one.
    comment=st.binary(max_size=100).filter(lambda comment: b"PK\x05\x06" not in comment)
    | st.just(b"x" * 65535),
    before=st.binary(max_size=50).filter(lambda stub: not stub.startswith(b"PK")),
    form=st.tuples(st.booleans(), st.booleans()),
)
@settings(deadline=None, max_examples=150)
def test_what_zipfile_writes_is_read_as_zipfile_reads_it(
    files: dict[str, bytes], method: int, comment: bytes, before: bytes, form: tuple[bool, bool]
) -> None:
    piped, wide = form
    place = Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(place, "w", method) as archive:
        for name, data in files.items():
            with archive.open(name, "w", force_zip64=wide) as member:
                member.write(data)
        archive.comment = comment
    content = before + (place.content if isinstance(place, Pipe) else place.getvalue())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        assert [
            (
                info.filename,
                info.compress_type,
                info.CRC,
                info.compress_size,
                info.file_size,
                info.header_offset,
            )
            for info in infos
        ] == [(one.name, one.method, one.crc32, one.packed, one.size, one.offset) for one in listed(content)]
    assert unpacked(content) == files


def by_zip(root: Path, *options: str) -> bytes:
    subprocess.run(["zip", "-qr", *options, "../z.zip", "."], cwd=root, check=True, input=b"a comment\n.\n")
    return (root.parent / "z.zip").read_bytes()


def by_zip_to_a_pipe(root: Path) -> bytes:
    return subprocess.run(["zip", "-qr", "-", "."], cwd=root, check=True, capture_output=True).stdout


def by_bsdtar(root: Path, *options: str) -> bytes:
    command = ["bsdtar", "-c", "--format=zip", *options, "-f", "-", "."]
    return subprocess.run(
        command, cwd=root, check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"}
    ).stdout


WRITERS: dict[str, Callable[[Path], bytes]] = {
    "zip": by_zip,
    "zip -0": lambda root: by_zip(root, "-0"),
    "zip -fz": lambda root: by_zip(root, "-fz"),
    "zip -z": lambda root: by_zip(root, "-z"),
    "zip -UN=UTF8": lambda root: by_zip(root, "-UN=UTF8"),
    "zip -UN=escape": lambda root: by_zip(root, "-UN=escape"),
    "zip -": by_zip_to_a_pipe,
    "bsdtar": by_bsdtar,
    "bsdtar stored": lambda root: by_bsdtar(root, "--options=zip:compression=store"),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_what_other_programs_write_is_unpacked(writer: str, tmp_path: Path) -> None:
    program, *_ = writer.split()
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    files = {
        "penguins.csv": b"species,island\n" * 20_000,
        "deep/er/random.bin": random.Random(4).randbytes(200_000),
        "deep/empty": b"",
        "Größe 日本.txt": b"x",
    }
    for name, data in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    content = WRITERS[writer](tmp_path / "in")
    (tmp_path / "archive").write_bytes(content)
    extract(tmp_path / "archive", tmp_path / "out")
    out = tmp_path / "out"
    assert {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    } == files


# What is broken


def mutated(content: bytes, changes: list[tuple[float, int]]) -> bytes:
    """With bytes set at some places; those at the end, where the directory is, are the likelier ones."""
    broken = bytearray(content)
    for place, value in changes:
        if broken:
            broken[-1 - int(place**2 * len(broken))] = value
    return bytes(broken)


places = st.floats(0, 1, exclude_max=True)
BASES = [
    {"a.csv": b"1,2\n" * 30, "b/c.csv": b"", "b/d.csv": bytes(range(256))},
    {"Größe": b"x" * 100},
    {},
]


@given(
    files=st.sampled_from(BASES),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    wide=st.booleans(),
    changes=st.lists(
        st.tuples(places, st.sampled_from([0, 1, 0x7F, 0xFF]) | st.integers(0, 255)), max_size=4
    ),
    cut=st.integers(0, 40) | st.just(0),
)
@settings(deadline=None, max_examples=400)
def test_no_change_of_bytes_makes_a_wrong_file(
    files: dict[str, bytes], method: int, wide: bool, changes: list[tuple[float, int]], cut: int
) -> None:
    members = [
        Forged(
            name.encode(),
            data,
            method,
            flags=0x800,
            listed={"size": 0xFFFFFFFF} if wide else {},
            listed_extra=wide_extra(len(data)) if wide else b"",
        )
        for name, data in files.items()
    ]
    whole = forged(*members, wide={} if wide else None, comment=b"penguins")
    content = mutated(whole[: len(whole) - cut], changes)
    remote = Remote(content)
    try:
        read_directory(remote.read, len(content), "z", Limits())
        seen = unpacked(content)
    except BrantError as error:
        assert error.message.isprintable()
    else:
        assert seen == files
    # Whatever a directory says, no more is read for it than there is.
    assert len(remote.asked) < 9
    assert remote.moved <= 2 * len(content)


@given(st.binary(max_size=200), st.integers(0, 3), st.integers(0, 100))
@example(b"", 1, 0)
@settings(deadline=None)
def test_any_bytes_before_an_end_are_read_or_refused(noise: bytes, count: int, size: int) -> None:
    end = struct.pack("<L4H2LH", 0x06054B50, 0, 0, count, count, size, max(0, len(noise) - size), 0)
    try:
        assert listed(noise + end) == []
        assert count == size == 0
    except BrantError as error:
        assert error.message.isprintable()


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_header_in_any_state_is_no_other_member(data: st.DataObject) -> None:
    content = zipped({"a.csv": b"1,2\n" * 30, "b.csv": b"3,4\n"})
    at = data.draw(st.integers(0, HEADER + 5))
    broken = bytearray(content)
    broken[at] = data.draw(st.integers(0, 255))
    try:
        seen = unpacked(bytes(broken))
    except BrantError:
        return
    assert seen == {"a.csv": b"1,2\n" * 30, "b.csv": b"3,4\n"}


@pytest.mark.parametrize(
    "member",
    [
        Forged(b"a.csv", b"1,2\n", 0, listed={"packed": 3}),
        Forged(b"a.csv", b"1,2\n", 0, listed={"size": 5}),
        Forged(b"folder/", b"1,2\n"),
    ],
)
def test_sizes_that_cannot_be_are_told_by_the_directory_alone(member: Forged) -> None:
    with pytest.raises(Corrupt, match="sizes that cannot be"):
        listed(forged(member))


def test_every_method_that_is_taken_can_be_inflated() -> None:
    assert set(inflate.METHODS) == METHODS


# Where the data begin


def test_the_start_of_data_is_told_as_soon_as_it_is_known() -> None:
    member = Forged(b"a.csv", local_extra=wide_extra(1))
    content = b"#!" + forged(member)
    (one,) = listed(content)
    whole = len(member.header())
    for size in range(whole):
        assert data_start(one, content[2 : 2 + size]) is None
    for head in (content[2 : 2 + whole], memoryview(content)[2:]):
        assert data_start(one, head) == 2 + whole


def test_each_member_ends_before_the_next_and_the_last_before_the_directory() -> None:
    content = zipped({"a": b"1" * 99, "b": b"2" * 99, "c": b""}, zipfile.ZIP_STORED)
    ours = listed(content)
    assert [one.stop for one in ours] == [ours[1].offset, ours[2].offset, content.index(b"PK\x01\x02")]


def test_no_zip_is_read_by_the_standard_librarys_zipfile(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(zipped({"a.csv": b"1,2\n" * 9}))
    code = (
        "import sys; from pathlib import Path; from brant.transfer.archive.extraction import extract;"
        f"extract(Path({str(tmp_path / 'z')!r}), Path({str(tmp_path / 'out')!r}));"
        "print(sorted({'zipfile', 'tarfile', 'bz2', 'lzma'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "out/a.csv").read_bytes() == b"1,2\n" * 9
