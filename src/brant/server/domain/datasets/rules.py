"""What the fields of a dataset may be (contract/metadata_files.json); each rule answers what is kept."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from brant.contract.dataset_messages import ApiDatasetColumn, DatasetLicenseGroup
from brant.errors import InvalidInput

# metadata_files.json, licenses_documented.
LICENSES: Final = (
    "CC0-1.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-SA-4.0",
    "GPL-2.0",
    "ODbL-1.0",
    "DbCL-1.0",
    "copyright-authors",
    "other",
    "unknown",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "PDDL",
    "CC-BY-3.0",
    "CC-BY-3.0-IGO",
    "US-Government-Works",
    "CC-BY-NC-SA-3.0-IGO",
    "CDLA-Permissive-1.0",
    "CDLA-Sharing-1.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-ND-4.0",
    "ODC-BY-1.0",
    "LGPL-3.0",
    "AGPL-3.0",
    "FDL-1.3",
    "EU-ODP-Legal-Notice",
    "apache-2.0",
    "GPL-3.0",
)

MOST_TAGS: Final = 50

_CANONICAL: Final = {name.lower(): name for name in LICENSES}
_FAMILIES: Final = (
    (("cc",), DatasetLicenseGroup.DATASET_LICENSE_GROUP_CC),
    (("gpl", "lgpl", "agpl", "fdl"), DatasetLicenseGroup.DATASET_LICENSE_GROUP_GPL),
    (("odbl", "dbcl", "odc", "pddl"), DatasetLicenseGroup.DATASET_LICENSE_GROUP_ODB),
)
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_TAG: Final = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
# C0 and C1 (RFC 20, ECMA-48), but for tab and line ends.
_TERMINAL_CONTROLS: Final = dict.fromkeys({*range(32), *range(127, 160)} - {*b"\t\n\r"})
_LONGEST_TEXT: Final = 200_000


def title(text: str | None) -> str:
    """3 to 50 characters. The official command line asks for 6, the official library for none."""
    kept = _line(text)
    if not 3 <= len(kept) <= 50:
        raise InvalidInput(f"the title must be 3 to 50 characters, {_shown(kept)}: change `title`")
    return kept


def title_key(kept: str) -> str:
    """What two titles of one owner must differ in."""
    return kept.casefold()


def slug(text: str | None, kept_title: str) -> str:
    """3 to 50 of a-z, 0-9, - and _; made from the title when there is none."""
    kept = text.lower() if text else slugify(kept_title)
    if not 3 <= len(kept) <= 50 or not _SLUG.fullmatch(kept):
        raise InvalidInput(
            "the slug must be 3 to 50 of a-z, 0-9, - and _, a letter or digit first and last, "
            f"{_shown(kept)}: change the second part of `id`"
        )
    return kept


def slugify(text: str) -> str:
    """Lower case, accents dropped, everything but letters and digits a single hyphen."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def subtitle(text: str | None) -> str:
    """Empty, or 20 to 80 characters."""
    kept = _line(text)
    if kept and not 20 <= len(kept) <= 80:
        raise InvalidInput(f"the subtitle must be 20 to 80 characters, {_shown(kept)}: change `subtitle`")
    return kept


def text(name: str, value: str | None) -> str:
    """Any text that is not beyond measure, without control characters that a terminal would obey."""
    kept = unicodedata.normalize("NFC", value or "").translate(_TERMINAL_CONTROLS)
    if len(kept) > _LONGEST_TEXT:
        raise InvalidInput(f"{name} has {len(kept)} characters: shorten it to {_LONGEST_TEXT}")
    return kept


def frequency(text: str | None) -> str:
    """How often the data are to change, in a few words."""
    kept = _line(text)
    if len(kept) > 100:
        raise InvalidInput(f"expectedUpdateFrequency has {len(kept)} characters: shorten it to 100")
    return kept


def license_name(text: str | None) -> str:
    """A known name in its own spelling, any other as it is, `unknown` when there is none."""
    kept = _line(text)
    if len(kept) > 100:
        raise InvalidInput(f"the licence name has {len(kept)} characters: shorten it to 100")
    return _CANONICAL.get(kept.lower(), kept) or "unknown"


def license_group(name: str) -> str:
    """The family that a list of datasets is filtered by."""
    word = name.lower().replace(" ", "-").split("-")[0].rstrip("0123456789.")
    return next(
        (group for words, group in _FAMILIES if word in words),
        DatasetLicenseGroup.DATASET_LICENSE_GROUP_OTHER,
    ).value


def tags(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The well-formed ones in lower case, each once; and the others, as they came."""
    good: dict[str, None] = {}
    bad: list[str] = []
    for word in words:
        kept = _line(word).lower()
        if len(kept) <= 50 and _TAG.fullmatch(kept):
            good[kept] = None
        else:
            bad.append(word)
    if len(good) > MOST_TAGS:
        raise InvalidInput(f"{len(good)} tags are too many: keep at most {MOST_TAGS} `keywords`")
    return list(good), bad


def columns(given: Sequence[ApiDatasetColumn]) -> str | None:
    """The columns of a file, as they are stored; None when there are none."""
    return msgspec.json.encode(given).decode() if given else None


def stored_columns(kept: str | None) -> list[ApiDatasetColumn]:
    """The columns of a file, as they were stored."""
    return msgspec.json.decode(kept, type=list[ApiDatasetColumn]) if kept else []


def _line(text: str | None) -> str:
    """One line: composed, without control characters, single spaces."""
    composed = unicodedata.normalize("NFC", text or "")
    printable = "".join(
        " " if char.isspace() else char for char in composed if char.isspace() or char.isprintable()
    )
    return " ".join(printable.split())


def _shown(value: str) -> str:
    return f"and {value[:60]!r} has {len(value)}" if value else "and it is missing"
