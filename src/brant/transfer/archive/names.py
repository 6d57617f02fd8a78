"""Which member names of an archive are safe to become files, and which of them collide."""

import re
import unicodedata
from typing import Final, TypeAlias

from brant.errors import InvalidInput

_MAX_COMPONENT: Final = 255
_MAX_PATH: Final = 4000
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# What unfinished files are called. A member of such a name would take the place of another's bytes.
_OURS: Final = re.compile(r"(?:^|/)\.brant-|\.brant-(?:partial|journal)(?:/|$)", re.IGNORECASE)
_OURS_MARK: Final = "brant-"
# Most names are plain: printable ASCII, no drive, no backslash, no component that begins with a dot or space.
_PLAIN_PART: Final = r"[!-\-0-\[\]-~][ -.0-\[\]-~]*"
_PLAIN: Final = re.compile(rf"(?![A-Za-z]:){_PLAIN_PART}(?:/{_PLAIN_PART})*")


def safe_parts(name: str) -> tuple[str, ...]:
    """The components of a member's name, relative to where it is extracted; "." and "" fall away.

    Raises InvalidInput, naming the member, for one that is absolute, has a drive letter, "..", a backslash, a
    control character, letters that no file name can hold, or is too long; for one that names nothing, and one
    that Brant gives to unfinished files.
    """
    if len(name) <= _MAX_COMPONENT and _PLAIN.fullmatch(name) and _OURS_MARK not in name.lower():
        return tuple(name.split("/"))
    fault = _fault(name)
    if fault:
        raise InvalidInput(
            f"The archive member {shown(name)} {fault}; nothing is taken from such an archive."
        )
    return tuple(part for part in name.split("/") if part not in ("", "."))


def shown(name: str) -> str:
    """A member's name as messages give it: in one line, and not too long."""
    plain = ascii(name)
    return plain if len(plain) <= 120 else f"{plain[:117]}...'"


def _fault(name: str) -> str | None:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    try:
        lengths = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    checks = (
        (any(unicodedata.category(letter) == "Cc" for letter in name), "has control characters in its name"),
        ("\\" in name, "has a backslash in its name"),
        (name.startswith("/"), "has an absolute name"),
        (bool(_DRIVE.match(name)), "has a drive letter in its name"),
        # Windows drops trailing dots and spaces: ".. " would climb there.
        (any(not part.strip(". ") for part in parts), 'has ".." or its like in its name'),
        (not parts, "has no name"),
        (bool(_OURS.search("/".join(parts))), "has a name that Brant gives to unfinished files"),
        (any(length > _MAX_COMPONENT for length in lengths), f"has a name over {_MAX_COMPONENT} bytes"),
        (sum(lengths) + len(lengths) > _MAX_PATH, f"has a path over {_MAX_PATH} bytes"),
    )
    return next((fault for found, fault in checks if found), None)


class Names:
    """The names taken so far. Two that some file system would hold for one do not go together.

    `most_folders`: a few long names can imply folders by the million.
    """

    def __init__(self, most_folders: int | None = None) -> None:
        self._taken: _Taken = {}
        self._most_folders = most_folders
        self._folders = 0

    def add(self, parts: tuple[str, ...], *, is_folder: bool) -> str:
        """Take a name, and the folders that it lies in; gives its path.

        Raises InvalidInput for a file given twice, names that differ only in case or Unicode form, a name
        that is a file in one place and a folder in another, and more folders than allowed.
        """
        taken, left = self._taken, len(parts)
        for part in parts:
            left -= 1
            known = taken.get(part)
            if known is None:
                key = part.lower() if part.isascii() else _folded(part)
                known = taken.get(key)
            if known is None:
                inner: _Taken | None = self._new_folder() if left or is_folder else None
                taken[key] = part, inner
            else:
                inner = known[1]
                if known[0] != part or inner is None or not (left or is_folder):
                    raise _clash(parts[: len(parts) - left], known[0])
            if inner is not None:
                taken = inner
        return "/".join(parts)

    def _new_folder(self) -> "_Taken":
        self._folders += 1
        if self._most_folders is not None and self._folders > self._most_folders:
            raise InvalidInput(
                f"The archive holds over {self._most_folders} folders; raise Limits.members if you trust it."
            )
        return {}


_Taken: TypeAlias = "dict[str, tuple[str, _Taken | None]]"
"""By the folded form of each name in a folder: how it is spelt, and what is taken in it if it is a folder."""


def _clash(parts: tuple[str, ...], known: str) -> InvalidInput:
    """The error for a name where `known` is taken in the same folder already."""
    path, other = "/".join(parts), "/".join((*parts[:-1], known))
    if path == other:
        return InvalidInput(f"The archive holds {shown(path)} twice; pack it again without one of them.")
    return InvalidInput(
        f"The archive members {shown(other)} and {shown(path)} are one name to some systems; "
        "nothing is taken from such an archive."
    )


def _folded(part: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold())
