"""Declaration: what `competition.toml` or `competition-metadata.json` says of a competition, checked."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from brant.contract.codec import Timestamp, WireEnum
from brant.contract.competition_messages import HostSegment
from brant.contract.hosting_messages import CompetitionPrivacy, Reward, RewardTypeId
from brant.errors import InvalidInput

NAMES: Final = ("competition.toml", "competition-metadata.json")
_CAPITAL: Final = re.compile(r"(?<!^)[A-Z]")
_SLUG: Final = re.compile(r"[a-z0-9-]{3,50}")
# What the official template has and a folder has no use for; they say nothing when they are empty.
_OFFICIAL_ONLY: Final = frozenset(
    {
        "disable_kernels",
        "hackathon",
        "clone_competition_id",
        "clone_exclude_competition_data",
        "clone_page_names",
        "license_id",
        "organization_id",
        "num_prizes",
        "restrict_link_to_email_list",
    }
)


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """`settings` and `setup` hold those fields of CompetitionSettings and CompetitionSetup that are declared.

    `start`: when it opens to participants, if a time is declared.
    """

    title: str
    slug: str
    brief: str
    privacy: CompetitionPrivacy = CompetitionPrivacy.PUBLIC
    reward: Reward | None = None
    start: datetime | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    setup: Mapping[str, Any] = field(default_factory=dict)


class _Field(NamedTuple):
    """Where a key belongs, and what reads its value; `read` raises ValueError with what is expected."""

    part: str
    name: str
    read: Callable[[Any], Any]


def parse(content: bytes, name: str) -> Declaration:
    """Reads the file `name`, TOML or JSON by its ending. Raises InvalidInput that names file and key."""
    given = dict(_flat(_loaded(content, name)))
    parts: dict[str, dict[str, Any]] = {"": {}, "settings": {}, "setup": {}}
    for key, value in given.items():
        known = _FIELDS.get(key)
        if known is None:
            if key in _OFFICIAL_ONLY and not value:
                continue
            raise InvalidInput(f"{name}: {_unknown(key)}")
        try:
            parts[known.part][known.name] = known.read(value)
        except ValueError as error:
            raise InvalidInput(f"{name}: {key} is {_shown(value)}: expected {error}") from None
    if missing := [key for key in _REQUIRED if not given.get(key)]:
        raise InvalidInput(f"{name}: it lacks {', '.join(missing)}")
    top = parts.pop("")
    # What is said when a competition is made is changed later as settings.
    settings = {"title": top["title"], "brief_description": top["brief"], **parts["settings"]}
    return Declaration(**top, settings=settings, setup=parts["setup"])


def _loaded(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    except UnicodeDecodeError:
        raise InvalidInput(f"{name}: it is not UTF-8: save it so encoded") from None
    except RecursionError:
        raise InvalidInput(f"{name}: it is nested too deeply") from None
    except ValueError as error:  # of both parsers
        raise InvalidInput(f"{name}: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{name}: it holds no object")
    return found


def _flat(found: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """`limits.daily_submissions` for a table in a table; camelCase of JSON becomes snake_case."""
    for word, value in found.items():
        key = above + _CAPITAL.sub(lambda letter: "_" + letter[0].lower(), word).replace("-", "_")
        if isinstance(value, dict) and key in _TABLES:
            yield from _flat(value, key + ".")
        elif value is not None:
            yield key, value


def _unknown(key: str) -> str:
    if key in _OFFICIAL_ONLY:
        return f"{key} has no meaning in a folder: leave it out"
    return f"{key[:60]!r} is no key of it; known are {', '.join(sorted(_FIELDS))}"


def _shown(value: object) -> str:
    return repr(value)[:60]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004  one kind for the caller
    return value.strip()


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ValueError("3 to 50 of a-z, 0-9 and -")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")  # noqa: TRY004
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError("a whole number from 0")
    return value


def _moment(value: Any) -> Timestamp:
    expected = "a date and time with its zone, such as 2027-01-31T23:59:59Z"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(expected) from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(expected)
    try:
        return Timestamp.of(value)
    except OverflowError:  # in its own zone it is within the years that there are, in UTC it is not
        raise ValueError(expected) from None


def _word(kind: type[WireEnum]) -> Callable[[Any], WireEnum]:
    """A word of `kind`, without what all words of it begin with, in any case."""

    def read(value: Any) -> WireEnum:
        named = [member for member in kind if "UNSPECIFIED" not in member.name]
        found = kind(value) if isinstance(value, str) and value else None
        if found not in named:
            raise ValueError("one of " + ", ".join(_plain(kind, member) for member in named))
        return kind(found)

    return read


def _plain(kind: type[WireEnum], member: WireEnum) -> str:
    prefix = "HOST_SEGMENT_" if kind is HostSegment else ""
    return member.name.removeprefix(prefix).lower()


def _parameters(value: Any) -> dict[str, str]:
    """As texts, which the wire carries; the metric itself checks them."""
    if not isinstance(value, dict) or any(isinstance(one, dict | list) for one in value.values()):
        raise ValueError("a table of plain values")
    return {name: _parameter(one) for name, one in value.items()}


def _parameter(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reward(value: Any) -> Reward | None:
    if isinstance(value, dict) and not value:
        return None
    if not isinstance(value, dict) or not value.keys() <= {"id", "quantity", "clarification"}:
        raise ValueError("a table with id, quantity and clarification")
    kind = _word(RewardTypeId)(value.get("id"))
    assert isinstance(kind, RewardTypeId)
    clarification = value.get("clarification")
    return Reward(
        id=kind,
        quantity=_count(value.get("quantity", 0)),
        clarification=None if clarification is None else _text(clarification),
    )


_REQUIRED: Final = ("title", "slug", "brief_description")
_TABLES: Final = ("metric", "split", "limits", "deadlines")
_FIELDS: Final[Mapping[str, _Field]] = {
    "title": _Field("", "title", _text),
    "slug": _Field("", "slug", _slug),
    "brief_description": _Field("", "brief", _text),
    "privacy": _Field("", "privacy", _word(CompetitionPrivacy)),
    "reward": _Field("", "reward", _reward),
    "category": _Field("settings", "host_segment", _word(HostSegment)),
    "rules_required": _Field("settings", "rules_required", _flag),
    "metric.name": _Field("setup", "metric", _text),
    "metric.parameters": _Field("setup", "metric_parameters", _parameters),
    "metric.higher_is_better": _Field("setup", "higher_is_better", _flag),
    "metric.row_id_column": _Field("setup", "row_id_column", _text),
    "split.public_percent": _Field("setup", "public_percent", _count),
    "split.seed": _Field("setup", "split_seed", _count),
    "limits.daily_submissions": _Field("setup", "max_daily_submissions", _count),
    "limits.total_submissions": _Field("setup", "max_total_submissions", _count),
    "limits.team_size": _Field("setup", "max_team_size", _count),
    "limits.selected": _Field("setup", "max_selected", _count),
    "limits.submission_bytes": _Field("setup", "max_submission_bytes", _count),
    "limits.scoring_seconds": _Field("setup", "scoring_seconds", _count),
    "deadlines.start": _Field("", "start", _moment),
    "deadlines.end": _Field("settings", "deadline", _moment),
    "deadlines.merger": _Field("settings", "team_merger_explicit_deadline", _moment),
    "deadlines.entry": _Field("settings", "prohibit_new_entrants_explicit_deadline", _moment),
}
