"""The blob store: staged files, blobs by name, and what a full disk does."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from brant.errors import LocalFailure
from brant.server.store.blobs import CHUNK, BlobStore


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path)


def put(store: BlobStore, data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    with store.staged("s") as file:
        file.write(data, 0)
        store.keep([(file.path, name)])
    store.discard("s")
    return name


def test_a_kept_file_is_read_by_its_name_in_any_range(store: BlobStore) -> None:
    data = os.urandom(CHUNK + 12345)
    name = put(store, data)

    assert store.read(name, 0, len(data)) == data
    assert store.read(name, 7, CHUNK + 9) == data[7 : CHUNK + 9]
    assert store.read(name, 5, 5) == b""
    assert list(store.names()) == [name]


def test_equal_bytes_are_stored_once(store: BlobStore) -> None:
    assert put(store, b"same") == put(store, b"same")
    assert len(list(store.names())) == 1


def test_a_staged_file_survives_until_it_is_discarded(store: BlobStore) -> None:
    with store.staged("s") as file:
        file.write(b"bytes", 0)
        store.keep([(file.path, "a" * 64)])
    assert store.staged_size("s") == 5
    assert store.discard("s") == 5
    assert store.staged_size("s") == 0
    assert store.read("a" * 64, 0, 5) == b"bytes"


def test_without_hard_links_the_file_is_moved(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert store.read(put(store, b"bytes"), 0, 5) == b"bytes"
    assert list(store.staging()) == []


def test_a_missing_or_shortened_blob_is_said_so(store: BlobStore) -> None:
    with pytest.raises(LocalFailure, match="restore"):
        store.read("f" * 64, 0, 1)
    name = put(store, b"bytes")
    with pytest.raises(LocalFailure, match="shorter"):
        store.read(name, 0, 6)


def test_a_full_disk_is_one_clear_line(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with store.staged("s") as file, pytest.raises(LocalFailure, match="disk is full"):
        file.write(b"bytes", 0)


def test_removing_tells_the_bytes_and_a_second_time_none(store: BlobStore) -> None:
    name = put(store, b"bytes")
    assert (store.remove(name), store.remove(name)) == (5, 0)
