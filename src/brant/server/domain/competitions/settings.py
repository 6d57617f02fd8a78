"""Settings: what hosts set by the official calls."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp, decode, encode
from brant.contract.competition_messages import HostSegment
from brant.contract.hosting_messages import (
    ApiGetCompetitionSettingsRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
    PubliclyCloneable,
)
from brant.errors import Conflict, InvalidInput
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import rules
from brant.server.domain.competitions.organizing import require_organization
from brant.server.domain.competitions.pages import rules_are_published
from brant.server.domain.competitions.permissions import find_competition, require_host
from brant.server.domain.competitions.standings import recompute_all
from brant.server.store.database import Database
from brant.server.store.tables import competitions

# What something depends on has a column; every other field is kept and shown, in `competitions.settings`.
_FLAGS: Final = {
    "rules_required": "rules_required",
    "disable_submissions": "submissions_disabled",
    "has_leaderboard": "has_leaderboard",
    "withold_final_leaderboard_until_it_has_been_verified": "final_withheld",
    "final_leaderboard_has_been_verified": "final_verified",
}
_DATES: Final = {
    "deadline": "deadline",
    "team_merger_explicit_deadline": "merger_deadline",
    "prohibit_new_entrants_explicit_deadline": "entrant_deadline",
}
_TEXTS: Final = ("title", "brief_description", "competition_name", "host_segment", "publicly_cloneable")
_FIELDS: Final = CompetitionSettings.__struct_fields__
_IN_COLUMNS: Final = frozenset({*_FLAGS, *_DATES, *_TEXTS})


class Settings:
    """What hosts set by the official calls."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, context: Context, request: ApiGetCompetitionSettingsRequest) -> CompetitionSettings:
        """All of them, for hosts."""
        with self._db.read() as connection:
            return _shown(_hosted(connection, context, request.competition_name, "see the settings of"))

    def update(self, context: Context, request: ApiUpdateCompetitionSettingsRequest) -> CompetitionSettings:
        """Changes those that the mask names; without a mask, those that are set. Answers all of them."""
        given = request.settings or CompetitionSettings()
        masked = _masked(request, given)
        with self._db.write() as connection:
            competition = _hosted(connection, context, request.competition_name, "change the settings of")
            values = _columns(competition, given, masked)
            if values.get("rules_required") and not rules_are_published(connection, competition.id):
                raise Conflict(f"{competition.slug} has no rules to accept: publish a page named rules first")
            values["settings"] = _kept(connection, context.caller, competition, given, masked)
            connection.execute(
                sa.update(competitions).where(competitions.c.id == competition.id).values(values)
            )
            if values.get("deadline", competition.deadline) != competition.deadline:
                recompute_all(connection, competition.id)
            return _shown(_hosted(connection, context, competition.slug, "see the settings of"))


def _hosted(connection: Connection, context: Context, name: str, deed: str) -> Any:
    competition = find_competition(connection, context.caller, name, context.now)
    require_host(connection, context.caller, competition, deed)
    return competition


def _masked(request: ApiUpdateCompetitionSettingsRequest, given: CompetitionSettings) -> frozenset[str]:
    if request.update_mask is None:
        empty = CompetitionSettings()
        return frozenset(name for name in _FIELDS if getattr(given, name) != getattr(empty, name))
    strange = request.update_mask.fields - set(_FIELDS)
    if strange:
        raise InvalidInput(f"there is no setting {min(strange)[:60]!r}: get the settings to see their names")
    return request.update_mask.fields


def _columns(competition: Any, given: CompetitionSettings, masked: frozenset[str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        column: getattr(given, name) for name, column in {**_FLAGS, **_DATES}.items() if name in masked
    }
    if "title" in masked:
        title = rules.title(given.title)
        values |= {"title": title, "title_key": rules.title_key(title)}
    if "brief_description" in masked:
        values["brief"] = rules.brief(given.brief_description)
    if "host_segment" in masked:
        values["segment"] = _segment(given.host_segment)
    if "publicly_cloneable" in masked:
        values["cloneable"] = _cloneable(given.publicly_cloneable)
    if "competition_name" in masked and given.competition_name.lower() != competition.slug:
        raise InvalidInput(
            f"{competition.slug} keeps its name, which addresses and tokens hold: leave competitionName out"
        )
    return values


def _segment(asked: HostSegment) -> str:
    if asked is HostSegment.HOST_SEGMENT_UNSPECIFIED:
        return HostSegment.HOST_SEGMENT_COMMUNITY.value
    return asked.value


def _cloneable(asked: PubliclyCloneable | None) -> str:
    if asked is PubliclyCloneable.PUBLICLY_CLONEABLE_ENABLE_HACKATHON_CLONING:
        raise InvalidInput(
            "hackathons are not held here: choose whether the solution goes along with a clone"
        )
    return "" if asked in (None, PubliclyCloneable.PUBLICLY_CLONEABLE_UNSPECIFIED) else asked.value


def _kept(
    connection: Connection,
    actor: Actor,
    competition: Any,
    given: CompetitionSettings,
    masked: frozenset[str],
) -> str:
    """The settings that have no column, as they are stored."""
    kept = decode(competition.settings.encode(), CompetitionSettings)
    for name in masked - _IN_COLUMNS:
        value = getattr(given, name)
        if name == "organization_id" and value:
            require_organization(connection, actor, value)
        setattr(kept, name, _checked(name, value))
    return encode(kept).decode()


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return rules.text(name, value)
    if isinstance(value, float) and not 0 <= value <= rules.MOST_INTEGER:
        raise InvalidInput(f"{name} must be a number from 0 on: change it")
    if isinstance(value, int) and not isinstance(value, bool):
        return rules.count(name, value, least=0)
    return value


def _shown(competition: Any) -> CompetitionSettings:
    shown = decode(competition.settings.encode(), CompetitionSettings)
    shown.title = competition.title
    shown.brief_description = competition.brief
    shown.competition_name = competition.slug
    shown.host_segment = HostSegment(competition.segment)
    shown.publicly_cloneable = PubliclyCloneable(competition.cloneable) if competition.cloneable else None
    for name, column in _FLAGS.items():
        setattr(shown, name, getattr(competition, column))
    for name, column in _DATES.items():
        moment = getattr(competition, column)
        setattr(shown, name, None if moment is None else Timestamp.of(moment))
    return shown
