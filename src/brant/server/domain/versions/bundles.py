"""Bundles: the zip of a version, computed from its manifest as it is read; nothing of it is ever stored."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brant.server.domain.versions import zip_layout
from brant.server.domain.versions.layouts import Laid, Layouts
from brant.server.store.blobs import BlobStore


@dataclass(frozen=True)
class Bundle:
    """One version as a zip with its members stored. Every byte follows from the manifest and its time."""

    size: int
    """In bytes, exactly."""
    etag: str
    """A strong validator, without quotes."""
    _laid: Laid
    _directory_start: int
    _directory_size: int
    _layouts: Layouts
    _store: BlobStore

    @property
    def version_id(self) -> int:
        return self._laid.version_id

    @property
    def last_modified(self) -> datetime:
        """When the version was published."""
        return self._laid.created

    def read(self, first: int, stop: int) -> bytes:
        """The bytes from `first` up to, not including, `stop`, all in memory.

        Raises NotFound when the version is found to be deleted meanwhile.
        """
        pieces = [*self._pieces(max(0, first), min(stop, self.size))]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _pieces(self, first: int, stop: int) -> Iterator[bytes]:
        directory_stop = self._directory_start + self._directory_size
        if first < min(stop, self._directory_start):
            yield from self._members(first, min(stop, self._directory_start))
        low, high = max(first, self._directory_start), min(stop, directory_stop)
        if low < high:
            yield from self._entries(low - self._directory_start, high - self._directory_start)
        if max(first, directory_stop) < stop:
            end = zip_layout.end(self._laid.file_count, self._directory_start, self._directory_size)
            yield end[max(0, first - directory_stop) : stop - directory_stop]

    def _members(self, at: int, stop: int) -> Iterator[bytes]:
        number = bisect_right(self._layouts.fences(self._laid).members, at) - 1
        while at < stop:
            block = self._layouts.block(self._laid, number)
            for start, header, sha256, size in block.members[block.at(at) :]:
                data = start + len(header)
                if at < data:
                    yield header[at - start : stop - start]
                    at = data
                end = min(data + size, stop)
                if at < end:
                    yield self._store.read(sha256, at - data, end - data)
                    at = end
                if at >= stop:
                    return
            number += 1

    def _entries(self, at: int, stop: int) -> Iterator[bytes]:
        fences = self._layouts.fences(self._laid).entries
        number = bisect_right(fences, at) - 1
        while at < stop:
            entries, start = self._layouts.block(self._laid, number).entries, fences[number]
            yield entries[at - start : stop - start]
            at = start + len(entries)
            number += 1


def bundle_of(version: Any, layouts: Layouts, store: BlobStore) -> Bundle:
    """The bundle of a version, a row of its table."""
    directory_stop = version.directory_start + version.directory_size
    return Bundle(
        size=directory_stop
        + zip_layout.end_size(version.file_count, version.directory_start, version.directory_size),
        etag=version.fingerprint,
        _laid=Laid(version.id, version.file_count, version.created),
        _directory_start=version.directory_start,
        _directory_size=version.directory_size,
        _layouts=layouts,
        _store=store,
    )
