"""Which letters the bytes of a zip member's name stand for, where the archive does not say."""

from collections.abc import Iterable
from itertools import pairwise
from struct import unpack_from
from typing import Final

from brant.transfer.disk.checksums import crc32

_UTF8_FLAG: Final = 0x800  # APPNOTE.TXT 4.4.4, bit 11
_UNICODE_PATH: Final = 0x7075  # APPNOTE.TXT 4.6.9
_UNICODE_PATH_MARK: Final = b"up"


def told_name(raw: bytes, flags: int, extra: bytes) -> str | None:
    """The name, if the archive says how to read it; None if that has to be guessed.

    Bit 11 means UTF-8. Without it, Info-ZIP's Unicode path goes before the bytes, if its CRC-32 is theirs:
    who renamed the member without knowing of the field has made it void. ASCII is itself.

    Raises UnicodeDecodeError for bytes that are not the UTF-8 they claim to be.
    """
    if flags & _UTF8_FLAG:
        return raw.decode()
    if _UNICODE_PATH_MARK in extra:
        path = extra_field(extra, _UNICODE_PATH)
        if path and len(path) > 5 and path[0] == 1 and unpack_from("<L", path, 1)[0] == crc32(raw):
            try:
                return path[5:].decode()
            except UnicodeDecodeError:
                pass
    return raw.decode("ascii") if raw.isascii() else None


def guessed_encoding(names: Iterable[bytes]) -> str:
    """How to read those names of one archive that are neither told nor UTF-8: `cp932` or `cp437`.

    APPNOTE.TXT D.1 says cp437, and so reads zipfile. Windows in Japan writes Shift-JIS (cp932) all the same,
    whose second byte can be a backslash. It is taken for that, as unar does, where every name can be read so
    and two Japanese letters stand side by side somewhere: the accents of western words make up lone ones.
    """
    seen = False
    for raw in names:
        try:
            name = raw.decode("cp932")
        except UnicodeDecodeError:
            return "cp437"
        seen = seen or any(_japanese(one) and _japanese(two) for one, two in pairwise(name))
    return "cp932" if seen else "cp437"


def guessed_name(raw: bytes, encoding: str) -> str:
    """A name that is not told: UTF-8 if it can be read so, as libarchive and unzip do; else by `encoding`.

    Text in any other encoding is hardly ever valid UTF-8.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(encoding)


def _japanese(letter: str) -> bool:
    """Hiragana, katakana or a Han character, of full width."""
    return "\u3041" <= letter <= "\u30fe" or "\u4e00" <= letter <= "\u9fff"


def extra_field(extra: bytes, kind: int) -> bytes | None:
    """The only extra field of that kind (APPNOTE.TXT 4.5); None without.

    Raises ValueError where there are two: each reader would believe another.
    """
    at, found = 0, None
    while at + 4 <= len(extra):
        this, size = unpack_from("<2H", extra, at)
        if this == kind:
            if found is not None:
                raise ValueError("an extra field stands twice")
            found = extra[at + 4 : at + 4 + size]
            if len(found) != size:
                raise ValueError("an extra field is cut off")
        at += 4 + size
    return found
