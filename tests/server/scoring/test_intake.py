"""What may be sent: CSV as programs write it, and one such file in a zip or gz, within bounds."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.server.scoring.contest import Contest

GOOD = "id,t\n1,1\n2,4\n3,3\n"


@pytest.fixture
def contest(tmp_path: Path) -> Contest:
    """Three numbers, of which `GOOD` has one wrong by 3."""
    return Contest(tmp_path, "id,t\n1,1\n2,1\n3,3\n", metric="mae")


def zipped(**files: str) -> bytes:
    """A zip of these."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "submission",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        GOOD + "\n\n",
        "\n" + GOOD,
        GOOD.replace("\n", "\n\n"),
        '"id","t"\n"1","1"\n"2","4"\n"3","3"\n',
        "t,id\n3,3\n4,2\n1,1\n",
        "id,t\n1.0,1\n2.0,4\n3.0,3\n",
        "id,t\n1, 1\n2,4 \n3,3e0\n",
        gzip.compress(GOOD.encode()),
        gzip.compress(GOOD[:9].encode()) + gzip.compress(GOOD[9:].encode()),
        zipped(**{"any.csv": GOOD}),
        zipped(**{"folder/": "", "folder/any.csv": GOOD, "__MACOSX/folder/._any.csv": "x"}),
        zipped(**{"any.csv": "\ufeff" + GOOD.replace("\n", "\r\n")}),
    ],
)
def test_what_programs_write_is_read(contest: Contest, submission: str | bytes) -> None:
    assert contest.public(submission) == 1


def test_texts_keep_their_line_ends_and_quotes(tmp_path: Path) -> None:
    contest = Contest(tmp_path, 'id,t\n1,"a\nb"\n2,"say ""x"""\n3,\n', metric="levenshtein")
    assert contest.public('id,t\r\n3,""\r\n1,"a\nb"\r\n2,"say ""x"""\r\n') == 0


@pytest.mark.parametrize(
    ("submission", "words"),
    [
        (zipped(**{"a.csv": GOOD, "b.csv": GOOD}), "is a zip of 2 files: pack exactly one"),
        (zipped(), "is a zip of 0 files"),
        (zipped(**{"folder/": ""}), "is a zip of 0 files"),
        (zipped(**{"[Content_Types].xml": "", "xl/workbook.xml": ""}), "is an office document"),
        (zipped(**{"a.csv": ""}), "is empty once unpacked"),
        (zipped(**{"a.csv": GOOD})[:-30], "is a damaged zip"),
        (zipped(**{"a.csv": GOOD}).replace(b"a.csv", b"b.csv", 1), "is a damaged zip"),
        (gzip.compress(GOOD.encode())[:-6], "is a damaged gz file"),
        (gzip.compress(GOOD.encode())[:-8] + b"\0" * 8, "is a damaged gz file"),
        (gzip.compress(b""), "is empty once unpacked"),
        (gzip.compress(zipped(**{"a.csv": GOOD})), "is binary"),
    ],
)
def test_archives_that_do_not_hold_one_file_are_refused(
    contest: Contest, submission: bytes, words: str
) -> None:
    assert words in contest.refusal(submission)


@pytest.mark.parametrize(
    "place",
    [
        -3,  # of the offset of the directory, which then lies before the file
        -29,  # the first letter of the name, which then is none
    ],
)
def test_a_zip_whose_directory_is_spoilt_is_the_participants(contest: Contest, place: int) -> None:
    packed = bytearray(zipped(**{"any.csv": GOOD}))
    packed[place] = 255 if place == -3 else 0
    assert "is a damaged zip" in contest.refusal(bytes(packed))


def test_a_zip_with_a_password_is_refused(contest: Contest) -> None:
    packed = bytearray(zipped(**{"a.csv": GOOD}))
    packed[6] |= 1  # bit 0 of the general purpose flags: encrypted
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in contest.refusal(bytes(packed))


def test_a_zip_of_an_unknown_method_is_refused(contest: Contest) -> None:
    packed = bytearray(zipped(**{"a.csv": GOOD}))
    packed[8] = packed[packed.index(b"PK\x01\x02") + 10] = 98  # PPMd
    assert "unusual method" in contest.refusal(bytes(packed))


def test_bombs_are_refused_before_they_fill_the_disk(contest: Contest, tmp_path: Path) -> None:
    contest.max_bytes = 2_000_000
    bomb = b"0" * 50_000_000
    for packed in (gzip.compress(bomb), zipped(**{"a.csv": bomb.decode()})):
        assert len(packed) < contest.max_bytes
        assert "unpacks to more than the 2,000,000 bytes allowed" in contest.refusal(packed)


def test_a_zip_that_lies_about_its_size_is_refused(contest: Contest) -> None:
    contest.max_bytes = 2_000_000
    packed = bytearray(zipped(**{"a.csv": "0" * 50_000_000}))
    small = len(GOOD).to_bytes(4, "little")
    packed[22:26] = small
    central = packed.index(b"PK\x01\x02")
    packed[central + 24 : central + 28] = small
    told = contest.refusal(bytes(packed))
    assert "unpacks to more than" in told or "damaged zip" in told


def test_a_file_that_is_too_large_is_refused(contest: Contest) -> None:
    contest.max_bytes = 16
    assert f"has {len(GOOD)} bytes, which is more than the 16 allowed" in contest.refusal(GOOD)
    contest.max_bytes = len(GOOD)
    assert contest.public(GOOD) == 1


def test_a_header_of_very_many_columns_is_refused(contest: Contest) -> None:
    assert "20,000 columns" in contest.refusal(",".join(f"c{each}" for each in range(20_000)) + "\n1\n")


def test_zlib_alone_is_no_way_to_pack(contest: Contest) -> None:
    assert "submission.csv" in contest.refusal(zlib.compress(GOOD.encode() * 50))
