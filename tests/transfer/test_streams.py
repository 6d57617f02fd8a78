"""An archive that streams in is unpacked whole and verified, or leaves only what helps the next run."""

import errno
import io
import os
import random
import stat
import tarfile
import tracemalloc
import zipfile
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import md5
from pathlib import Path

import pytest

from brant.errors import (
    Conflict,
    Corrupt,
    InvalidInput,
    LocalFailure,
    PermissionDenied,
    Unreachable,
)
from brant.transfer.archive.extraction import Limits
from brant.transfer.disk.checksums import crc32
from brant.transfer.progress import Silent
from tests.transfer.forged import Forged, deflated, descriptor, forged, unicode_path, wide_extra
from tests.transfer.peer import Blob, Exchange, Step, peer, status
from tests.transfer.streams import unpack

MIB = 1024 * 1024
CHANCE = random.Random(41)
FILES = {
    "penguins.csv": b"species,island\n" * 20_000,
    "deep/er/random.bin": CHANCE.randbytes(150_000),
    "deep/empty": b"",
    "Größe 1.txt": b"x",
}


class Pipe(io.RawIOBase):
    """What cannot be sought in: a writer then tells sizes behind the bytes."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        self.data += bytes(piece)  # type: ignore[call-overload]
        return len(piece)  # type: ignore[arg-type]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, piped: bool = False) -> bytes:
    pipe, file = Pipe(), io.BytesIO()
    with zipfile.ZipFile(pipe if piped else file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return pipe.data or file.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:", form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    # Small blocks, so that a small archive has many.
    level = {"compresslevel": 1} if mode == "w:bz2" else {}
    with tarfile.open(fileobj=file, mode=mode, format=form, **level) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


KINDS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "stored": lambda files: zipped(files, zipfile.ZIP_STORED),
    "deflated": zipped,
    "zip-bzip2": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "zip-lzma": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "deflated into a pipe": lambda files: zipped(files, piped=True),
    "bzip2 into a pipe": lambda files: zipped(files, zipfile.ZIP_BZIP2, piped=True),
    "tar": tarred,
    "tar-gnu": lambda files: tarred(files, form=tarfile.GNU_FORMAT),
    "tar.gz": lambda files: tarred(files, "w:gz"),
    "tar.bz2": lambda files: tarred(files, "w:bz2"),
    "tar.xz": lambda files: tarred(files, "w:xz"),
}
DATA = b"species,island\n" * 99
CHECKSUMMED = [name for name in KINDS if name not in ("tar", "tar-gnu")]
STORED_INTO_A_PIPE = zipped(FILES, zipfile.ZIP_STORED, piped=True)
Make = Callable[[dict[str, bytes]], bytes]


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Make:
    return KINDS[request.param]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def plain(data: bytes) -> Blob:
    """As a server without ranges, and without a hash, gives it."""
    return Blob(data, ranges=False, with_md5=False)


def found(root: Path) -> dict[str, bytes]:
    """Every file below `root`, whatever it is called."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def staged(root: Path) -> list[Path]:
    return [path for path in root.glob(".brant-stream-*/*") if path.is_file()]


def named(root: Path) -> list[Path]:
    """Files that have got their names."""
    return [path for path in root.rglob("*") if path.is_file() and path not in staged(root)]


class Told(Silent):
    """Hears of a transfer, and may break it off at one of its bytes."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.notes: list[str] = []
        self.sizes: list[int | None] = []
        self.done = 0
        self.complete: bool | None = None
        self._stop_at = stop_at

    def note(self, text: str) -> None:
        self.notes.append(text)

    def begin(self, name: str, size: int | None, *, held: int = 0) -> "Told":
        self.sizes.append(size)
        return self

    def advance(self, n: int) -> None:
        self.done += n
        if self._stop_at is not None and self.done >= self._stop_at:
            self._stop_at = None
            raise KeyboardInterrupt

    def finish(self, *, complete: bool = True) -> None:
        self.complete = complete


# What comes out


def test_every_kind_comes_out_whole(make: Make, out: Path) -> None:
    with peer(plain(make(FILES))) as server:
        done = unpack(server, out / "new")
    assert found(out) == {f"new/{name}": data for name, data in FILES.items()}
    assert [(one.path, one.size, one.crc32, one.fresh) for one in done] == [
        (name, len(data), crc32(data), True) for name, data in FILES.items()
    ]
    assert len(server.requests) == 1


@pytest.mark.parametrize("seed", range(4))
def test_cuts_anywhere_cost_nothing(make: Make, out: Path, seed: int) -> None:
    chance, data = random.Random(seed), make(FILES)
    blob = Blob(data, ranges=seed % 2 == 0)
    cuts = [blob.up_to(chance.randrange(len(data) + 1)) for _ in range(3)]
    with peer(*cuts, blob) as server:
        unpack(server, out)
    assert found(out) == FILES


def test_only_what_is_selected_is_written(make: Make, out: Path) -> None:
    asked: list[str] = []

    def select(name: str) -> bool:
        asked.append(name)
        return "deep" in name

    with peer(plain(make(FILES))) as server:
        done = unpack(server, out, select=select)
    assert set(found(out)) == {"deep/er/random.bin", "deep/empty"} == {one.path for one in done}
    assert asked == list(FILES)


def test_empty_folders_are_made_unless_files_are_selected(out: Path) -> None:
    archive = zipped({"a/b/": b"", "c": b"x"})
    with peer(plain(archive)) as server:
        unpack(server, out / "all")
        unpack(server, out / "some", select=lambda name: name == "c")
    assert (out / "all/a/b").is_dir()
    assert [path.name for path in (out / "some").iterdir()] == ["c"]


def test_an_archive_of_nothing_comes_out_as_nothing(out: Path) -> None:
    for data in (zipped({}), tarred({}, "w:gz")):
        with peer(plain(data)) as server:
            assert unpack(server, out) == []
    assert list(out.iterdir()) == []


def test_long_names_survive(make: Make, out: Path) -> None:
    name = "/".join(["d" * 200, "é" * 100, "f" * 255])
    with peer(plain(make({name: b"x"}))) as server:
        unpack(server, out)
    assert found(out) == {name: b"x"}


def test_an_archive_of_unknown_size_comes_out_whole(make: Make, out: Path) -> None:
    data = make(FILES)

    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Connection": "close"})
        exchange.send(data)
        exchange.hang_up()

    with peer(step) as server:
        unpack(server, out)
    assert found(out) == FILES


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n" * 1000, b"<html>Sign in", b"PK", bytes(20_000)])
def test_what_is_no_archive_is_said(out: Path, data: bytes) -> None:
    with peer(plain(data)) as server, pytest.raises(InvalidInput, match="neither a zip nor a tar"):
        unpack(server, out)
    assert list(out.iterdir()) == []


def test_names_in_an_old_encoding_are_those_that_the_directory_tells(out: Path) -> None:
    names = ["Größe.txt", "plain.txt"]
    archive = forged(*[Forged(name.encode("cp437"), name.encode()) for name in names])
    with peer(plain(archive)) as server:
        unpack(server, out, select=lambda name: "ö" in name)
    assert found(out) == {"Größe.txt": "Größe.txt".encode()}


def test_a_name_that_the_directory_alone_tells_is_the_one_that_is_asked_for(out: Path) -> None:
    told = Told()
    member = Forged(b"old.txt", b"x", listed_extra=unicode_path("neu.txt", b"old.txt"))
    with peer(plain(forged(member, Forged(b"other", b"y")))) as server:
        unpack(server, out, select=lambda name: name == "neu.txt", progress=told)
    assert found(out) == {"neu.txt": b"x"}
    assert "fetched to the disk" in told.notes[0]


def test_a_file_that_looks_like_a_folder_until_the_directory_comes_is_not_lost(out: Path) -> None:
    member = Forged(b"a/", DATA, listed_extra=unicode_path("a", b"a/"))
    with peer(plain(forged(member))) as server:
        unpack(server, out)
    assert found(out) == {"a": DATA}


# Members whose sizes stand behind them


@pytest.mark.parametrize("signature", [True, False])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("data", [DATA, b""])
def test_descriptors_are_read_in_every_form(out: Path, data: bytes, *, signature: bool, wide: bool) -> None:
    packed = deflated(data)
    unknown = {"crc": 0, "packed": 0, "size": 0}
    behind = descriptor(crc32(data), len(packed), len(data), signature=signature, wide=wide)
    first = Forged(b"a", data, flags=8, local=unknown, descriptor=behind)
    with peer(plain(forged(first, Forged(b"b", b"y")))) as server:
        unpack(server, out)
    assert found(out) == {"a": data, "b": b"y"}


def test_stored_members_of_unknown_size_are_unpacked_from_the_disk(out: Path) -> None:
    told = Told()
    blob = plain(STORED_INTO_A_PIPE)
    with peer(blob.up_to(9999), blob, blob.up_to(50_000), blob) as server:
        done = unpack(server, out, progress=told)
    assert found(out) == FILES
    assert [one.path for one in done] == list(FILES)
    assert len(told.notes) == 1
    assert "penguins.zip is fetched to the disk before it is unpacked, since only" in told.notes[0]


def test_stored_members_whose_headers_tell_their_size_are_not(out: Path) -> None:
    behind = descriptor(crc32(DATA), len(DATA), len(DATA))
    archive = forged(
        Forged(b"folder/", b"", method=0, flags=8, descriptor=descriptor(0, 0, 0), attributes=0),
        Forged(b"a", DATA, method=0, flags=8, local={"crc": 0}, descriptor=behind),
    )
    told = Told()
    with peer(plain(archive)) as server:
        unpack(server, out, progress=told)
    assert found(out) == {"a": DATA}
    assert told.notes == []


def test_sizes_in_64_bits_are_read(out: Path) -> None:
    ones = 0xFFFFFFFF
    packed = deflated(DATA)
    member = Forged(
        b"a", DATA, local={"packed": ones, "size": ones}, local_extra=wide_extra(len(DATA), len(packed))
    )
    with peer(plain(forged(member))) as server:
        unpack(server, out)
    assert found(out) == {"a": DATA}


def test_a_zip_that_cannot_be_read_forward_comes_out_all_the_same(out: Path) -> None:
    told = Told()
    gap = forged(Forged(b"a", DATA), Forged(b"b", DATA, before=b"left over from an update"))
    with peer(plain(gap)) as server:
        unpack(server, out, progress=told)
    assert found(out) == {"a": DATA, "b": DATA}
    assert "fetched to the disk" in told.notes[0]


def test_a_member_that_the_directory_leaves_out_is_left_out(out: Path) -> None:
    stale = Forged(b"stale", b"gone", listed_times=0)
    with peer(plain(forged(Forged(b"a", DATA), stale))) as server:
        unpack(server, out)
    assert found(out) == {"a": DATA}


# Nothing gets its name before all is sound


@pytest.mark.parametrize("name", CHECKSUMMED)
def test_an_archive_that_comes_damaged_is_read_once_more(name: str, out: Path) -> None:
    data = KINDS[name](FILES)
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 4
    told = Told()
    with peer(plain(bytes(damaged)), plain(data)) as server:
        unpack(server, out, progress=told)
    assert found(out) == FILES
    assert len(told.notes) == 1
    assert "read once more" in told.notes[0]
    assert told.done == len(data)


@pytest.mark.parametrize("name", CHECKSUMMED)
def test_of_an_archive_that_comes_damaged_twice_nothing_stays(name: str, out: Path) -> None:
    data = KINDS[name](FILES)
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 4
    with peer(plain(bytes(damaged))) as server, pytest.raises(Corrupt):
        unpack(server, out)
    assert list(out.iterdir()) == []
    assert len(server.requests) == 2


def test_a_plain_tar_is_held_to_the_hash_that_the_server_tells(out: Path) -> None:
    data = tarred(FILES)
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 4
    digest = b64encode(md5(data).digest()).decode()

    def step(content: bytes) -> Step:
        return lambda exchange: exchange.answer(200, content, {"x-goog-hash": f"md5={digest}"})

    with peer(step(bytes(damaged)), step(data)) as server:
        unpack(server, out)
    assert found(out) == FILES
    assert len(server.requests) == 2


def test_an_archive_that_changes_meanwhile_is_read_anew(make: Make, out: Path) -> None:
    old, new = make({**FILES, "old": CHANCE.randbytes(200_000)}), make(FILES)
    told = Told()
    after = Blob(new, etag='"two"', with_md5=False)
    with peer(Blob(old, with_md5=False).up_to(len(old) - 100), after) as server:
        unpack(server, out, progress=told)
    assert found(out) == FILES
    assert "changed" in told.notes[0]


def test_an_archive_that_never_rests_is_given_up(out: Path) -> None:
    tags = iter(range(99))

    def step(exchange: Exchange) -> None:
        Blob(zipped(FILES), etag=f'"{next(tags)}"').up_to(5000)(exchange)

    with peer(step) as server, pytest.raises(Conflict):
        unpack(server, out)
    assert named(out) == []


def test_nothing_has_its_name_before_the_last_byte(make: Make, out: Path) -> None:
    data = make(FILES)
    with peer(plain(data).up_to(len(data) - 1), status(403)) as server, pytest.raises(PermissionDenied):
        unpack(server, out)
    assert named(out) == []
    assert staged(out)


@pytest.mark.parametrize(
    "listed", [{"crc": 1}, {"size": 1}, {"packed": 1}, {"method": 0}, {"offset": 3}, {"flags": 0x800}]
)
def test_a_directory_that_contradicts_the_members_is_corrupt(out: Path, listed: dict[str, int]) -> None:
    lying = Forged("ü".encode() if "flags" in listed else b"b", DATA, listed=listed)
    archive = forged(Forged(b"a", DATA), lying)
    if "flags" in listed:
        archive = archive.replace("ü".encode(), b"x\xfc")
    with peer(plain(archive)) as server, pytest.raises(Corrupt):
        unpack(server, out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("lie", ["crc", "size"])
def test_a_directory_that_contradicts_what_stands_behind_a_member_is_corrupt(out: Path, lie: str) -> None:
    packed = deflated(DATA)
    behind = descriptor(crc32(DATA), len(packed), len(DATA))
    unknown = {"crc": 0, "packed": 0, "size": 0}
    archive = forged(Forged(b"a", DATA, flags=8, local=unknown, listed={lie: 7}, descriptor=behind))
    with peer(plain(archive)) as server, pytest.raises(Corrupt):
        unpack(server, out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("limits", [Limits(total=MIB), Limits(members=3)])
def test_what_exceeds_the_limits_is_refused_before_it_fills_the_disk(out: Path, limits: Limits) -> None:
    weighed = Weighed(out)
    archive = zipped({str(number): CHANCE.randbytes(MIB // 2) for number in range(12)}, piped=True)
    with peer(plain(archive)) as server, pytest.raises(InvalidInput):
        unpack(server, out, limits=limits, progress=weighed)
    assert weighed.most < 2 * MIB


def test_another_name_in_the_directory_is_corrupt(out: Path) -> None:
    archive = forged(Forged(b"good", DATA, local_name=b"evil"))
    with peer(plain(archive)) as server, pytest.raises(Corrupt):
        unpack(server, out)
    assert list(out.iterdir()) == []


# What is there already


def snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Which files there are, and when each was last written."""
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in root.rglob("*")}


def test_files_that_are_there_and_the_same_are_left(make: Make, out: Path) -> None:
    with peer(plain(make(FILES))) as server:
        unpack(server, out)
        before = {path: seen for path, seen in snapshot(out).items() if Path(path).is_file()}
        done = unpack(server, out)
        after = snapshot(out)
    assert [one.fresh for one in done] == [False] * len(FILES)
    assert {path: after[path] for path in before} == before
    assert not list(out.glob(".brant*"))


@pytest.mark.parametrize(
    "old", [b"", b"other", FILES["penguins.csv"][:-1], FILES["penguins.csv"] + b"x", b"S" * 300_000]
)
def test_files_that_differ_are_replaced_whole(make: Make, out: Path, old: bytes) -> None:
    out.mkdir()
    (out / "penguins.csv").write_bytes(old)
    late = bytearray(FILES["deep/er/random.bin"])
    late[140_000] ^= 1
    (out / "deep/er").mkdir(parents=True)
    (out / "deep/er/random.bin").write_bytes(late)
    with peer(plain(make(FILES))) as server:
        done = unpack(server, out)
    assert found(out) == FILES
    assert all(one.fresh for one in done)


def test_with_force_every_file_is_written_anew(make: Make, out: Path) -> None:
    with peer(plain(make(FILES))) as server:
        unpack(server, out)
        before = snapshot(out)
        done = unpack(server, out, force=True)
    assert all(one.fresh for one in done)
    assert snapshot(out)[str(out / "penguins.csv")] != before[str(out / "penguins.csv")]


class _Late(io.FileIO):
    """Says only when it is closed that its bytes were not taken, as a network folder that is full may."""

    def close(self) -> None:
        is_written = not self.closed and self.writable()
        super().close()
        if is_written:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def test_a_disk_that_refuses_bytes_when_the_file_is_closed_is_told(
    make: Make, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.csv": b"adelie"}
    with peer(plain(make(files))) as server:
        with monkeypatch.context() as full, pytest.raises(LocalFailure, match="make room"):
            full.setattr(io, "FileIO", _Late)
            unpack(server, out)
        assert named(out) == []
        unpack(server, out)
    assert found(out) == files


def test_a_file_that_changes_while_it_is_compared_is_never_half_taken(out: Path) -> None:
    class Meddler(Told):
        def advance(self, n: int) -> None:
            super().advance(n)
            if self.done > 200_000:
                with (out / "a").open("r+b") as file:
                    file.write(b"meddled")

    data = CHANCE.randbytes(300_000)
    out.mkdir()
    (out / "a").write_bytes(data[:-1] + b"?")
    archive = zipped({"a": data}, zipfile.ZIP_STORED)
    with peer(plain(archive)) as server, pytest.raises(LocalFailure, match="by another program"):
        unpack(server, out, progress=Meddler())
    with peer(plain(archive)) as server:
        unpack(server, out)
    assert found(out) == {"a": data}


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(make: Make, out: Path) -> None:
    victim = out.with_name("victim")
    victim.write_bytes(FILES["penguins.csv"])
    out.mkdir()
    (out / "penguins.csv").symlink_to(victim)
    with peer(plain(make(FILES))) as server:
        unpack(server, out)
    assert not (out / "penguins.csv").is_symlink()
    assert victim.read_bytes() == FILES["penguins.csv"]


def test_a_link_in_the_place_of_a_folder_is_refused(make: Make, out: Path) -> None:
    elsewhere = out.with_name("elsewhere")
    (elsewhere / "er").mkdir(parents=True)
    (elsewhere / "er/random.bin").write_bytes(FILES["deep/er/random.bin"])
    out.mkdir()
    (out / "deep").symlink_to(elsewhere)
    with peer(plain(make(FILES))) as server, pytest.raises(LocalFailure, match="in the way"):
        unpack(server, out)
    assert found(elsewhere) == {"er/random.bin": FILES["deep/er/random.bin"]}


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(out: Path) -> None:
    out.mkdir()
    os.mkfifo(out / "a")
    with peer(plain(zipped({"a": b"x"}))) as server:
        unpack(server, out)
    assert stat.S_ISREG((out / "a").lstat().st_mode)


# What a run that was stopped leaves


def stopped(data: bytes, out: Path, at: int) -> None:
    with peer(Blob(data)) as server, pytest.raises(KeyboardInterrupt):
        unpack(server, out, progress=Told(stop_at=at))


def test_the_next_run_takes_over_what_a_stopped_one_wrote(make: Make, out: Path) -> None:
    files = {f"{number}.bin": CHANCE.randbytes(20_000) for number in range(40)}
    data = make(files)
    stopped(data, out, len(data) - 10)
    left = {path.stat().st_ino: path.stat().st_mtime_ns for path in staged(out)}
    assert named(out) == []
    with peer(Blob(data)) as server:
        unpack(server, out)
    assert found(out) == files
    final = {path.stat().st_ino: path.stat().st_mtime_ns for path in named(out)}
    untouched = {inode for inode, written in left.items() if final.get(inode) == written}
    # The last of them was unfinished.
    assert len(untouched) >= max(20, len(left) - 1)


def test_what_a_stopped_run_wrote_is_not_believed(make: Make, out: Path) -> None:
    data = make(FILES)
    stopped(data, out, len(data) - 10)
    for path in staged(out):
        path.write_bytes(b"tampered with" + path.read_bytes()[13:] + b"and longer")
    with peer(Blob(data)) as server:
        unpack(server, out)
    assert found(out) == FILES


def test_what_was_left_of_another_archive_is_removed(out: Path) -> None:
    stopped(zipped({"old": CHANCE.randbytes(200_000)}), out, 180_000)
    assert staged(out)
    with peer(Blob(zipped(FILES), etag='"two"')) as server:
        unpack(server, out)
    assert found(out) == FILES


def test_files_that_are_not_ours_are_not_removed(out: Path) -> None:
    notes = out / ".brant-stream-notes/readme"
    notes.parent.mkdir(parents=True)
    notes.write_bytes(b"x")
    with peer(plain(zipped(FILES))) as server:
        unpack(server, out)
    assert notes.read_bytes() == b"x"


def test_a_link_that_is_named_as_ours_is_not_followed(out: Path) -> None:
    elsewhere = out.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "0").write_bytes(b"precious")
    out.mkdir()
    (out / ".brant-stream-evil").symlink_to(elsewhere)
    with peer(plain(zipped(FILES))) as server:
        unpack(server, out)
    assert (elsewhere / "0").read_bytes() == b"precious"


def test_runs_that_are_stopped_again_and_again_get_there_in_the_end(out: Path) -> None:
    data = zipped({"a": b"species\n" * 40_000, "b": CHANCE.randbytes(150_000)}, zipfile.ZIP_STORED)
    for at in range(1, len(data), len(data) // 7):
        with peer(Blob(data)) as server, suppress(KeyboardInterrupt):
            unpack(server, out, progress=Told(stop_at=at))
        assert named(out) == []
    with peer(Blob(data)) as server:
        unpack(server, out)
    assert len(found(out)) == 2


# This machine


def test_a_full_disk_is_said_and_what_came_stays(make: Make, out: Path) -> None:
    from tests.transfer.test_download import files_up_to

    data = make(FILES)
    with files_up_to(100_000), peer(plain(data)) as server, pytest.raises(LocalFailure, match="make room"):
        unpack(server, out)
    assert named(out) == []
    with peer(plain(data)) as server:
        unpack(server, out)
    assert found(out) == FILES


@pytest.mark.parametrize("name", ["deflated", "deflated into a pipe", "tar.gz"])
def test_memory_does_not_grow_with_an_archive(name: str, out: Path) -> None:
    data = KINDS[name]({"zeros": bytes(60 * MIB)})
    with peer(plain(data)) as server:
        tracemalloc.start()
        try:
            unpack(server, out, limits=Limits(ratio=1e9))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4 * MIB


class Weighed(Silent):
    """Weighs the folder each time that bytes have come."""

    def __init__(self, root: Path) -> None:
        self.most = 0
        self._root = root

    def begin(self, name: str, size: int | None, *, held: int = 0) -> "Weighed":
        return self

    def advance(self, n: int) -> None:
        self.most = max(self.most, sum(path.stat().st_size for path in self._root.rglob("*")))


@pytest.mark.parametrize("name", ["stored", "deflated into a pipe", "tar.gz"])
def test_the_archive_itself_never_lies_on_the_disk(name: str, out: Path) -> None:
    files = {f"{number}.bin": CHANCE.randbytes(MIB) for number in range(4)}
    weighed = Weighed(out)
    with peer(plain(KINDS[name](files))) as server:
        unpack(server, out, progress=weighed)
    assert 3 * MIB < weighed.most <= 4 * MIB + 64 * 1024


# Progress


def test_progress_tells_of_each_byte_of_the_archive_once(make: Make, out: Path) -> None:
    data, told = make(FILES), Told()
    blob = plain(data)
    with peer(blob.up_to(len(data) // 3), blob) as server:
        unpack(server, out, progress=told)
    assert (told.sizes, told.done, told.complete) == ([len(data)], len(data), True)


def test_progress_hears_of_a_failure(out: Path) -> None:
    told = Told()
    with peer(plain(zipped(FILES)).up_to(10)) as server, pytest.raises(Unreachable):
        unpack(server, out, progress=told, attempts=2)
    assert told.complete is False
