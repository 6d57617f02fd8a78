"""The end of a zip: where its directory is, and where in the file the archive begins."""

import io
import struct
import zipfile

import pytest

from brant.errors import Corrupt, InvalidInput
from brant.transfer.archive.directory import read_directory
from brant.transfer.archive.limits import Limits
from tests.transfer.forged import Forged, forged, wide_extra
from tests.transfer.listing import Remote, listed, unpacked, zipped

MIB = 1024 * 1024


def test_the_directory_of_a_small_archive_takes_one_request_and_that_of_a_large_one_two() -> None:
    for count, requests in ((10, 1), (5000, 2)):
        remote = Remote(zipped({f"{number:030}.csv": b"" for number in range(count)}))
        assert len(read_directory(remote.read, len(remote.content), "z", Limits())) == count
        assert len(remote.asked) == requests
        assert remote.moved < 66_000 + 90 * count


def long_listing(count: int, claimed: int) -> Remote:
    """A directory of entries of 196 bytes, of which the last 150 are the name."""
    members = [Forged(b"%0150d" % number, b"", 0) for number in range(count)]
    body = b"".join(member.header() for member in members)
    entries = b"".join(member.entry(180 * number) for number, member in enumerate(members))
    end = struct.pack("<L4H2LH", 0x06054B50, 0, 0, claimed, claimed, len(entries), len(body), 0)
    return Remote(body + entries + end)


def test_a_directory_of_many_pieces_is_read_piece_by_piece() -> None:
    """Between the pieces, of 4 MiB, a name is cut."""
    remote = long_listing(30_000, 30_000)
    members = read_directory(remote.read, len(remote.content), "z", Limits())
    assert [one.name for one in members] == [f"{number:0150}" for number in range(30_000)]
    assert len(remote.asked) == 3
    assert max(stop - start for start, stop in remote.asked) <= 4 * MIB


def test_no_more_members_are_read_than_allowed_whatever_their_number_is_said_to_be() -> None:
    remote = long_listing(30_000, 5)
    with pytest.raises(InvalidInput, match=r"Limits\.members"):
        read_directory(remote.read, len(remote.content), "z", Limits(members=10))
    assert len(remote.asked) == 2


def test_more_members_than_the_old_format_counts_are_read_as_macos_writes_them() -> None:
    count = 65_536 + 3
    members = [Forged(b"%d" % number, b"", 0) for number in range(count)]
    headers = [member.header() for member in members]
    entries, at = [], 0
    for member, header in zip(members, headers, strict=True):
        entries.append(member.entry(at))
        at += len(header)
    directory = b"".join(entries)
    end = struct.pack("<L4H2LH", 0x06054B50, 0, 0, 3, 3, len(directory), at, 0)
    assert len(listed(b"".join(headers) + directory + end)) == count


@pytest.mark.parametrize(
    "comment", [b"", b"x", b"PK\x05\x06", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" * 9000, b"x" * 65535]
)
@pytest.mark.parametrize("wide", [None, {}])
def test_a_comment_is_no_end(comment: bytes, wide: dict[str, int] | None) -> None:
    if comment == b"PK\x05\x06" + bytes(18):
        with pytest.raises(Corrupt, match="two ends"):
            listed(forged(Forged(b"a.csv"), comment=comment, wide=wide))
        return
    assert [one.name for one in listed(forged(Forged(b"a.csv"), comment=comment, wide=wide))] == ["a.csv"]


@pytest.mark.parametrize("wide", [None, {}])
def test_a_program_before_the_archive_is_passed_over(wide: dict[str, int] | None) -> None:
    program = b"\x7fELF" + bytes(5000)
    inner = forged(Forged(b"a.csv"), Forged(b"b.csv"), wide=wide)
    assert unpacked(program + inner) == unpacked(inner)


def test_a_program_that_the_offsets_count_in_is_passed_over() -> None:
    content = io.BytesIO()
    content.write(b"#!/bin/sh\n")
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("a.csv", b"1,2\n")
    assert unpacked(content.getvalue()) == {"a.csv": b"1,2\n"}


def test_where_an_archive_begins_is_not_guessed() -> None:
    inner = forged(Forged(b"a.csv"))
    stub = b"MZ" + bytes(inner.index(b"PK\x01\x02") - 2)
    # Both with and without the bytes before it, a directory stands where it is said to be.
    with pytest.raises(Corrupt, match="not clear"):
        listed(stub + b"PK\x01\x02" + inner)
    with pytest.raises(Corrupt, match="not clear"):
        listed(b"MZ" + inner + b"\n")


def test_bytes_after_an_archive_do_not_matter() -> None:
    assert unpacked(zipped({"a": b"x"}) + b"\n\n") == {"a": b"x"}


def test_an_archive_in_an_archive_is_a_member_like_any() -> None:
    inner = zipped({"inner.csv": b"1"})
    files = {"first": b"x", "inner.zip": inner, "last": b"y"}
    assert unpacked(zipped(files, zipfile.ZIP_STORED)) == files


def test_a_locator_without_room_for_what_it_locates_is_corrupt() -> None:
    with pytest.raises(Corrupt, match="64 bits is missing"):
        listed(forged(only_locator=True))


def test_a_locator_in_a_comment_is_none() -> None:
    assert listed(forged(comment=b"PK\x06\x07" + bytes(16))) == []


def test_nothing_is_listed_of_an_archive_of_nothing() -> None:
    assert listed(zipped({})) == listed(forged(wide={})) == []


def test_sizes_and_offsets_of_64_bits_are_read() -> None:
    """The bytes of four members of 5 GB are not there: only the directory is read."""
    size, entries = 5 * 10**9, b""
    for number in range(4):
        wide = wide_extra(size, size, number * (size + 31)) if number else wide_extra(size, size)
        lies = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF} | ({"offset": 0xFFFFFFFF} if number else {})
        entries += Forged(b"%d" % number, b"", 0, listed=lies, listed_extra=wide).entry(0)
    start = 4 * (size + 31)
    tail = entries + struct.pack("<LQ2H2L4Q", 0x06064B50, 44, 45, 45, 0, 0, 4, 4, len(entries), start)
    tail += struct.pack("<2LQL", 0x07064B50, 0, start + len(entries), 1)
    tail += struct.pack("<L4H2LH", 0x06054B50, 0, 0, 4, 4, len(entries), 0xFFFFFFFF, 0)

    def read(first: int, stop: int) -> bytes:
        pad = max(0, start - first)
        return bytes(pad) + tail[max(0, first - start) : stop - start]

    members = read_directory(read, start + len(tail), "z", Limits())
    assert [(one.size, one.packed, one.offset, one.stop) for one in members] == [
        (size, size, at * (size + 31), (at + 1) * (size + 31)) for at in range(4)
    ]
