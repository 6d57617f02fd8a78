"""Bundles: the computed zip is a zip, whatever the manifest, and every range is a slice of the whole."""

import io
import itertools
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDatasetNewFile,
    ApiDeleteDatasetRequest,
    ApiDownloadDatasetRequest,
)
from brant.contract.extensions import BlobClaim, ClaimBlobsRequest
from brant.errors import InvalidInput, NotFound
from brant.server.domain.actor import Actor
from brant.server.domain.blobs.digests import Digester
from brant.server.domain.versions import manifests, zip_layout
from brant.server.domain.versions.bundles import Bundle
from tests.server.domain.conftest import NOON, World

FILES = {"a.csv": b"x,y\n1,2\n", "empty.txt": b"", "raw/ünï/日本.bin": bytes(range(256)) * 9000, "z": b"z"}


def bundle_of(world: World, of: str = "ada/penguins", number: int | None = None) -> Bundle:
    owner, slug = of.split("/")
    request = ApiDownloadDatasetRequest(owner_slug=owner, dataset_slug=slug, dataset_version_number=number)
    url = world.services.downloads.download(world.context(None), request).url
    version_id, name = url.removeprefix("http://test/bundles/").split("/")
    assert name == f"{slug}.zip"
    return world.services.stored.bundle(int(version_id), None)


def whole(bundle: Bundle) -> bytes:
    return bundle.read(0, bundle.size)


def test_a_bundle_is_a_zip_of_the_version(world: World, ada: Actor, tmp_path: Path) -> None:
    world.create(ada, FILES)
    bundle = bundle_of(world)
    data = whole(bundle)

    assert len(data) == bundle.size
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {info.date_time for info in archive.infolist()} == {(2026, 1, 31, 12, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}
        for info in archive.infolist():
            local = struct.unpack_from("<14x3L", data, info.header_offset)
            assert local == (info.CRC, info.compress_size, info.file_size)


def test_the_time_of_a_member_is_in_steps_of_two_seconds() -> None:
    moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    header = zip_layout.local_header(b"a", 0, 0, moment)
    time, date = struct.unpack_from("<10x2H", header)
    assert (time >> 11, time >> 5 & 63, (time & 31) * 2) == (23, 59, 58)
    assert (1980 + (date >> 9), date >> 5 & 15, date & 31) == (2026, 1, 31)


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs the program unzip")
def test_the_program_unzip_finds_no_fault(world: World, ada: Actor, tmp_path: Path) -> None:
    world.create(ada, FILES)
    (tmp_path / "x.zip").write_bytes(whole(bundle_of(world)))
    done = subprocess.run(["unzip", "-t", tmp_path / "x.zip"], capture_output=True, text=True, check=False)
    assert (done.returncode, "No errors detected" in done.stdout) == (0, True)


def test_every_range_is_a_slice_of_the_whole(world: World, ada: Actor) -> None:
    files = {"a.csv": b"12345", "b/c.csv": b"", "b/d.csv": b"678"}
    world.create(ada, files)
    bundle = bundle_of(world)
    data = whole(bundle)

    for first in range(bundle.size + 1):
        for stop in {first, first + 1, first + 40, bundle.size - first, bundle.size}:
            assert bundle.read(first, stop) == data[first:stop]


numbers = itertools.count()
names = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="/\\:."),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=3,
).map("/".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=8), data=st.data())
def test_random_manifests_make_good_zips(
    world: World, ada: Actor, files: dict[str, bytes], data: st.DataObject
) -> None:
    slug = f"set-{next(numbers)}"
    try:
        world.create(ada, files, slug=slug)
    except InvalidInput:  # names that meet on some disk
        reject()
    bundle = bundle_of(world, f"ada/{slug}")
    complete = whole(bundle)
    with zipfile.ZipFile(io.BytesIO(complete)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.read(name) for name in archive.namelist()) == sorted(files.values())
    first = data.draw(st.integers(0, bundle.size))
    stop = data.draw(st.integers(first, bundle.size))
    assert bundle.read(first, stop) == complete[first:stop]


def test_the_validator_follows_from_the_content(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    world.create(ada, FILES, slug="twin")
    world.create(ada, {**FILES, "z": b"Z"}, slug="other")
    one, twin, other = (bundle_of(world, f"ada/{slug}") for slug in ("penguins", "twin", "other"))

    assert (one.etag, whole(one)) == (twin.etag, whole(twin))
    assert one.etag != other.etag
    assert one.last_modified == NOON


def test_a_deleted_version_has_no_bundle_any_more(world: World, ada: Actor) -> None:
    world.create(ada, FILES)
    bundle = bundle_of(world)
    world.services.metadata.delete(
        world.context(ada), ApiDeleteDatasetRequest(owner_slug="ada", dataset_slug="penguins")
    )
    with pytest.raises(NotFound):
        whole(bundle)
    with pytest.raises(NotFound):
        world.services.stored.bundle(bundle.version_id, None)


def test_ten_thousand_files_are_published_listed_and_read(world: World, ada: Actor) -> None:
    data = b"species,mass\n"
    digester = Digester()
    digester.update(data)
    sha256 = digester.digest().sha256
    world.upload(ada, "seed.csv", data)
    paths = [f"{n:05}.csv" for n in range(10_000)]

    claims = ClaimBlobsRequest(blobs=[BlobClaim(sha256=sha256, size=len(data), name=path) for path in paths])
    tokens = world.services.claims.claim(world.context(ada), claims).tokens
    request = ApiCreateDatasetRequest(
        slug="penguins", title="Palmer Penguins", files=[ApiDatasetNewFile(token=token) for token in tokens]
    )
    assert world.services.publishing.create(world.context(ada), request).status == "ok"

    assert world.paths() == paths
    with zipfile.ZipFile(io.BytesIO(whole(bundle_of(world)))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == paths


class Sparse(io.RawIOBase):
    """A zip of members of zeros, computed where it is read: nothing of it is in memory."""

    def __init__(self, size: int, at: dict[int, bytes]) -> None:
        self._size, self._at, self._place = size, at, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (0, self._place, self._size)[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def read(self, length: int = -1) -> bytes:
        stop = self._size if length < 0 else min(self._size, self._place + length)
        out = bytearray(stop - self._place)
        for start, data in self._at.items():
            low, high = max(start, self._place), min(start + len(data), stop)
            if low < high:
                out[low - self._place : high - self._place] = data[low - start : high - start]
        self._place = stop
        return bytes(out)


def laid_out(sizes: list[int], name: Callable[[int], str] = lambda n: f"{n}.bin") -> Sparse:
    """The headers of a zip with members of these sizes, at their places."""
    time = datetime(2026, 1, 31, tzinfo=UTC)
    at: dict[int, bytes] = {}
    directory: list[bytes] = []
    start = 0
    for number, size in enumerate(sizes):
        encoded = name(number).encode()
        at[start] = zip_layout.local_header(encoded, size, 0, time)
        entry = zip_layout.entry(encoded, size, 0, time, start)
        assert len(entry) == zip_layout.entry_size(encoded, size, start)
        directory.append(entry)
        assert zip_layout.member_size(encoded, size) == len(at[start]) + size
        start += zip_layout.member_size(encoded, size)
    joined = b"".join(directory)
    end = zip_layout.end(len(sizes), start, len(joined))
    assert len(end) == zip_layout.end_size(len(sizes), start, len(joined))
    at[start] = joined + end
    return Sparse(start + len(joined) + len(end), at)


@pytest.mark.parametrize("size", [0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 5 << 30])
def test_members_around_four_gigabytes_are_understood(size: int) -> None:
    with zipfile.ZipFile(laid_out([size, 3, size, 1])) as archive:
        assert [info.file_size for info in archive.infolist()] == [size, 3, size, 1]
        for info in archive.infolist():
            archive.open(info).close()


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 70_000])
def test_more_members_than_sixteen_bits_count_are_understood(count: int) -> None:
    time = datetime(2026, 1, 31, tzinfo=UTC)
    members, entries, start = bytearray(), bytearray(), 0
    for number in range(count):
        name = b"%d" % number
        entries += zip_layout.entry(name, 0, 0, time, start)
        members += zip_layout.local_header(name, 0, 0, time)
        start += zip_layout.member_size(name, 0)
    data = members + entries + zip_layout.end(count, start, len(entries))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == count
        assert archive.read(str(count - 1)) == b""


def test_a_manifest_lays_its_members_out_one_behind_the_other() -> None:
    entries = [manifests.Entry(f"{n}", n * 1000, "0" * 64) for n in range(10)]
    rows = list(manifests._Layout(entries, NOON).rows(1))
    for row, following in itertools.pairwise(rows):
        name = row["path"].encode()
        assert following["member_start"] - row["member_start"] == zip_layout.member_size(name, row["size"])
