"""Intake: makes of what was uploaded, a CSV file or one packed, plain UTF-8 that is not too large."""

import codecs
import errno
import gzip
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Final

from brant.server.scoring.complaints import Complaints

_CHUNK: Final = 1 << 20
# APPNOTE.TXT 6.3.10, 4.4.4, bit 0.
_ENCRYPTED: Final = 1
# What zipfile raises for bytes that make no sense.
_DAMAGES: Final = (
    zipfile.BadZipFile,
    EOFError,
    IndexError,
    NotImplementedError,
    ValueError,
    struct.error,
    zlib.error,
)
_UTF8_MARK: Final = codecs.BOM_UTF8
# What a file begins with that is no CSV, and what to say of it.
_OTHERS: Final = (
    (codecs.BOM_UTF16_LE, "is UTF-16: save it as UTF-8"),
    (codecs.BOM_UTF16_BE, "is UTF-16: save it as UTF-8"),
    (b"PAR1", "is a Parquet file: write it as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook: save it as CSV"),
    (b"%PDF", "is a PDF: send a CSV file"),
    (b"7z\xbc\xaf", "is a 7z archive: send the CSV file, or one in .zip or .gz"),
    (b"BZh", "is packed by bzip2: send the CSV file, or one in .zip or .gz"),
    (b"\xfd7zXZ", "is packed by xz: send the CSV file, or one in .zip or .gz"),
    (b"\x28\xb5\x2f\xfd", "is packed by zstd: send the CSV file, or one in .zip or .gz"),
)


def plain_csv(path: Path, folder: Path, max_bytes: int, complaints: Complaints) -> Path:
    """The path of the CSV file itself, unpacked into `folder` where it was in a zip or gz.

    `max_bytes` bounds the file, packed and unpacked. Raises the fault of `complaints`.
    """
    size = path.stat().st_size
    if size == 0:
        raise complaints.failure("is empty: write a header, and a row for each id")
    if size > max_bytes:
        raise complaints.failure(f"has {size:,} bytes, which is more than the {max_bytes:,} allowed")
    with path.open("rb") as file:
        start = file.read(4)
    if start in {b"PK\x03\x04", b"PK\x05\x06"}:  # the second of one without files
        path = _from_zip(path, folder / "unpacked.csv", max_bytes, complaints)
    elif start.startswith(b"\x1f\x8b"):
        path = _from_gzip(path, folder / "unpacked.csv", max_bytes, complaints)
    _check_text(path, complaints)
    return path


def _from_gzip(path: Path, target: Path, max_bytes: int, complaints: Complaints) -> Path:
    try:
        with gzip.open(path) as packed:
            return _copied(packed, target, max_bytes, complaints)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise complaints.failure(f"is a damaged gz file ({error}): pack it again") from None


def _from_zip(path: Path, target: Path, max_bytes: int, complaints: Complaints) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            member = _only_member(archive, complaints)
            with archive.open(member) as packed:
                return _copied(packed, target, max_bytes, complaints)
    except _DAMAGES as error:
        raise complaints.failure(f"is a damaged zip ({error}): pack it again") from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # that of an offset before the file's start
            raise
        raise complaints.failure("is a damaged zip: pack it again") from None


def _only_member(archive: zipfile.ZipFile, complaints: Complaints) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise complaints.failure("is an office document: save it as CSV")
    if len(members) != 1:
        raise complaints.failure(f"is a zip of {len(members)} files: pack exactly one CSV file")
    if members[0].flag_bits & _ENCRYPTED:
        raise complaints.failure("is an encrypted zip: pack it without a password")
    if members[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise complaints.failure("is a zip of an unusual method: pack it with deflate")
    return members[0]


def _copied(packed: IO[bytes] | gzip.GzipFile, target: Path, max_bytes: int, complaints: Complaints) -> Path:
    """Never writes more than is allowed, whatever the archive says of its size."""
    written = 0
    with target.open("wb") as out:
        while piece := packed.read(_CHUNK):
            written += len(piece)
            if written > max_bytes:
                raise complaints.failure(f"unpacks to more than the {max_bytes:,} bytes allowed")
            out.write(piece)
    if not written:
        raise complaints.failure("is empty once unpacked: pack a file that has rows")
    return target


def _check_text(path: Path, complaints: Complaints) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        start = file.read(8)
        for mark, words in _OTHERS:
            if start.startswith(mark):
                raise complaints.failure(words)
        file.seek(len(_UTF8_MARK) if start.startswith(_UTF8_MARK) else 0)
        while piece := file.read(_CHUNK):
            if b"\0" in piece:
                line += piece[: piece.index(b"\0")].count(b"\n")
                raise complaints.failure(f"is binary (line {line} holds a zero byte): send a CSV file")
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise complaints.failure(f"is not UTF-8 in line {line}: save it as UTF-8") from None
            line += piece.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise complaints.failure(f"is not UTF-8 in line {line}: it ends within a character") from None
