"""Which member names of an archive are safe to become files, and which of them collide."""

import re
import unicodedata
from typing import Final

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
    """The names taken so far. Two that some file system would hold for one do not go together."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}
        """The path of each name, by its folded form; that of a folder ends with a slash."""
        self._folders: set[tuple[str, ...]] = {()}

    def add(self, parts: tuple[str, ...], *, is_folder: bool) -> str:
        """Take a name, and the folders that it lies in; gives its path.

        Raises InvalidInput for a file given twice, names that differ only in case or Unicode form, and a name
        that is a file in one place and a folder in another.
        """
        parent = parts[:-1]
        if parent not in self._folders:
            self.add(parent, is_folder=True)
        path = "/".join(parts)
        key = path.lower() if path.isascii() else _folded(path)
        if key in self._taken:
            _check_same_folder(self._taken[key], path, is_folder=is_folder)
        self._taken[key] = path + "/" if is_folder else path
        if is_folder:
            self._folders.add(parts)
        return path


def _check_same_folder(known: str, path: str, *, is_folder: bool) -> None:
    name = known.removesuffix("/")
    if name != path:
        raise InvalidInput(
            f"The archive members {shown(name)} and {shown(path)} are one name to some systems; "
            "nothing is taken from such an archive."
        )
    if not is_folder or name == known:
        raise InvalidInput(f"The archive holds {shown(path)} twice; pack it again without one of them.")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
