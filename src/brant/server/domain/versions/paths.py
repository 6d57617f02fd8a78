"""Paths of files in a version: composed, and such as any folder can hold."""

import unicodedata

from brant.errors import InvalidInput
from brant.transfer.archive.extraction import safe_parts


def safe_path(*parts: str) -> str:
    """The path that parts make, composed (NFC). Raises InvalidInput when no folder should hold it."""
    path = unicodedata.normalize("NFC", "/".join(part for part in parts if part))
    try:
        return "/".join(safe_parts(path))
    except InvalidInput:
        raise InvalidInput(
            f"{path[:200]!r} cannot be a path in a version: no '..', no absolute name, no backslash, no "
            "control character, at most 255 bytes between two slashes; rename the file"
        ) from None
