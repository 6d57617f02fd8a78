"""What the fields of a competition may be; each rule answers what is kept."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from brant.contract.hosting_messages import CompetitionPrivacy, Reward, RewardTypeId
from brant.errors import InvalidInput
from brant.server.domain.datasets import rules

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
# Words that stand where a slug does in addresses (contract/competitions.py), and in those of pages.
_RESERVED: Final = frozenset(
    {"create", "data", "episodes", "get", "list", "new", "submission-url", "submissions", "teams"}
)
_PAGE_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
_MIME_TYPES: Final = ("text/html", "text/markdown", "text/plain")
# What JSON of any client can carry without loss (RFC 8259 §6).
MOST_INTEGER: Final = 2**53 - 1

_PREFIX: Final = "HOST_SEGMENT_"


def slug(text: str) -> str:
    """3 to 50 of a-z, 0-9 and -, none of the words that addresses need."""
    kept = text.strip().lower()
    if not 3 <= len(kept) <= 50 or not _SLUG.fullmatch(kept):
        raise InvalidInput(
            "the slug must be 3 to 50 of a-z, 0-9 and -, a letter or digit first and last, "
            f"{shown(kept)}: change `slug`"
        )
    if kept in _RESERVED:
        raise InvalidInput(f"no competition can be named {kept!r}, which addresses need: change `slug`")
    return kept


def title(text: str) -> str:
    """3 to 100 characters in one line."""
    kept = line("the title", text)
    if not 3 <= len(kept) <= 100:
        raise InvalidInput(f"the title must be 3 to 100 characters, {shown(kept)}: change `title`")
    return kept


def title_key(kept: str) -> str:
    """What a search looks at."""
    return kept.casefold()


def brief(text: str) -> str:
    """1 to 500 characters in one line."""
    kept = line("the brief description", text)
    if not 1 <= len(kept) <= 500:
        raise InvalidInput(
            f"the brief description must be 1 to 500 characters, {shown(kept)}: change `briefDescription`"
        )
    return kept


def privacy(asked: CompetitionPrivacy) -> str:
    """One of the three that say something."""
    if asked is CompetitionPrivacy.COMPETITION_PRIVACY_UNSPECIFIED:
        raise InvalidInput("say who may see it: set `privacy` to PUBLIC, LIMITED or PRIVATE")
    return asked.value


def reward(asked: Reward | None) -> str:
    """A text such as `25,000 Usd` or `Knowledge`; empty where nothing can be won."""
    if asked is None or asked.id is RewardTypeId.REWARD_TYPE_ID_UNSPECIFIED:
        return ""
    word = asked.id.value.replace("_", "-").title()
    amount = count("reward.quantity", asked.quantity, least=0)
    words = (f"{amount:,}" if amount else "", word, line("the reward", asked.clarification))
    kept = " ".join(part for part in words if part)
    if len(kept) > 200:
        raise InvalidInput(f"the reward has {len(kept)} characters: shorten its `clarification` to 100")
    return kept


def page_name(text: str) -> str:
    """1 to 50 letters of ASCII, digits, spaces, - and _."""
    kept = " ".join(text.split())
    if not 1 <= len(kept) <= 50 or not _PAGE_NAME.fullmatch(kept):
        raise InvalidInput(
            "a page's name must be 1 to 50 of a-z, A-Z, 0-9, -, _ and space, a letter or digit first and "
            f"last, {shown(kept)}: change it"
        )
    return kept


def mime_type(text: str | None) -> str:
    """How a page's text is to be read; HTML where nothing is said, as official clients take for granted."""
    kept = (text or _MIME_TYPES[0]).strip().lower()
    if kept not in _MIME_TYPES:
        raise InvalidInput(f"pages cannot be {kept[:60]!r}: choose one of {', '.join(_MIME_TYPES)}")
    return kept


def line(name: str, value: str | None) -> str:
    """One line of printable characters, composed, with single spaces."""
    plain = (char for char in rules.text(name, value) if char.isprintable() or char.isspace())
    return " ".join("".join(plain).split())


def text(name: str, value: str | None) -> str:
    """Any text that is not beyond measure, without control characters that a terminal would obey."""
    return rules.text(name, value)


def column(name: str, value: str) -> str:
    """The name of a column as it stands in a file: one line, or empty."""
    if len(value) > 200 or not all(char.isprintable() for char in value):
        raise InvalidInput(f"{name} must be at most 200 printable characters: change it")
    return value


def parameters(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a metric, as texts in one line; what they mean is the metric's matter."""
    if len(given) > 50:
        raise InvalidInput(f"no metric has {len(given)} parameters: name fewer")
    kept = {line("a parameter", name): line("a parameter", value) for name, value in given.items()}
    if any(len(name) > 100 or len(value) > 1000 for name, value in kept.items()):
        raise InvalidInput("a parameter has at most 100 characters, its value 1000: shorten it")
    return kept


def count(name: str, value: int, *, least: int = 1, most: int = MOST_INTEGER) -> int:
    """A whole number within bounds."""
    if not least <= value <= most:
        raise InvalidInput(f"{name} must be from {least} to {most}: change it")
    return value


def category(segment: str) -> str:
    """How a segment is shown: `Getting Started`."""
    return segment.removeprefix(_PREFIX).replace("_", " ").title()


def shown(value: str) -> str:
    """The end of a complaint about a length."""
    return f"and {value[:60]!r} has {len(value)}" if value else "and it is missing"


class Limit(NamedTuple):
    """The least and the most that a host can set, and what a new competition has."""

    least: int
    most: int
    default: int


# By column of `competitions`. Where 0 is allowed, it means that there is no such limit.
LIMITS: Final = {
    "max_daily_submissions": Limit(1, 10_000, 5),
    "max_total_submissions": Limit(0, 1_000_000, 0),
    "max_team_size": Limit(1, 1000, 5),
    "max_selected": Limit(1, 100, 2),
    "max_submission_bytes": Limit(1, 2 * 2**30, 100 * 2**20),
    "scoring_seconds": Limit(1, 6 * 3600, 600),
    "public_percent": Limit(1, 100, 30),
}
