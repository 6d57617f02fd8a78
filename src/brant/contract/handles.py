"""Handles: `owner/slug[/versions/N]` and its kin, parsed strictly and printed canonically."""

import re
from typing import Final, NamedTuple

from brant.errors import InvalidHandle

# What a slug or a user name may be made of on the wire; how long it may be is the noun's own rule.
_PART: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_VERSION: Final = re.compile(r"0*[1-9][0-9]{0,8}")


class DatasetHandle(NamedTuple):
    """`owner/slug`, or `owner/slug/versions/N` for one version; N counts from 1."""

    owner: str
    slug: str
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> "DatasetHandle":
        """Raises InvalidHandle (a ValueError) with the form that was expected."""
        parts = text.strip().split("/")
        if len(parts) not in (2, 4) or not all(_PART.fullmatch(part) for part in parts):
            raise InvalidHandle(
                f"{text[:200]!r} is not a dataset handle: expected owner/slug or owner/slug/versions/N"
            )
        if len(parts) == 2:
            return cls(parts[0], parts[1])
        if parts[2] != "versions" or not _VERSION.fullmatch(parts[3]):
            raise InvalidHandle(
                f"{text[:200]!r} is not a dataset handle: a version is written owner/slug/versions/N, N from 1"
            )
        return cls(parts[0], parts[1], int(parts[3]))

    def at(self, version: int | None) -> "DatasetHandle":
        """The same dataset at `version`."""
        return self._replace(version=version)

    def __str__(self) -> str:
        base = f"{self.owner}/{self.slug}"
        return base if self.version is None else f"{base}/versions/{self.version}"


# Where a competition's page lies, by the addresses that servers give.
_COMPETITION_PAGE: Final = re.compile(r"(?:https?://[^/]+)?/?(?:competitions|c)/([^/?#]+)(?:[/?#].*)?")
_COMPETITION: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def competition_slug(text: str) -> str:
    """The slug of the competition that `text` names, by itself or by the address of its page.

    Raises InvalidHandle with the form that was expected.
    """
    page = _COMPETITION_PAGE.fullmatch(text.strip())
    slug = page[1] if page else text.strip()
    if not _COMPETITION.fullmatch(slug):
        raise InvalidHandle(
            f"{text[:200]!r} names no competition: expected its slug, such as titanic, or its page's address"
        )
    return slug
