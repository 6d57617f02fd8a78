"""Overview: competitions as lists show them, with what the caller has to do with each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import Timestamp, decode
from brant.contract.competition_messages import ApiCompetition
from brant.contract.hosting_messages import CompetitionSettings
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions import rules
from brant.server.domain.competitions.standings import place_of, shown_board
from brant.server.scoring.catalogue import METRICS
from brant.server.store.tables import organizations, team_members, users


class _Owner(NamedTuple):
    """In whose name a competition is held; `slug` is empty where it is a person's."""

    name: str
    slug: str = ""


def shown(connection: Connection, context: Context, rows: Sequence[Any]) -> list[ApiCompetition]:
    """The rows of `competitions`, in their order; each is visible to the caller."""
    owners = _owners(connection, rows)
    teams = {} if context.actor is None else _teams_of(connection, context.actor, rows)
    return [_one(connection, context, row, owners[row.id], teams.get(row.id)) for row in rows]


def _one(
    connection: Connection, context: Context, row: Any, owner: _Owner, team_id: int | None
) -> ApiCompetition:
    url = context.links.page(f"/competitions/{row.slug}")
    return ApiCompetition(
        id=row.id,
        ref=url,
        title=row.title,
        url=url,
        description=row.brief,
        organization_name=owner.name if owner.slug else None,
        organization_ref=owner.slug or None,
        category=rules.category(row.segment),
        reward=row.reward,
        deadline=_moment(row.deadline),
        team_count=row.team_count,
        user_has_entered=team_id is not None,
        user_rank=_rank(connection, context, row, team_id),
        merger_deadline=_moment(row.merger_deadline),
        new_entrant_deadline=_moment(row.entrant_deadline),
        enabled_date=_moment(row.launched),
        max_daily_submissions=row.max_daily_submissions,
        max_team_size=row.max_team_size,
        evaluation_metric=_metric(row.metric),
        submissions_disabled=row.submissions_disabled,
        host_name=owner.name,
        date_created=_moment(row.created),
    )


def _rank(connection: Connection, context: Context, row: Any, team_id: int | None) -> int | None:
    """On the board that everybody sees now; none where there is no board to see."""
    if team_id is None or not row.has_leaderboard:
        return None
    place = place_of(connection, row.id, shown_board(connection, row, context.now), team_id)
    return None if place is None else place[0]


def _teams_of(connection: Connection, actor: Actor, rows: Sequence[Any]) -> Mapping[int, int]:
    """The caller's teams by competition."""
    found = connection.execute(
        sa.select(team_members.c.competition_id, team_members.c.team_id).where(
            team_members.c.user_id == actor.user_id,
            team_members.c.competition_id.in_([row.id for row in rows]),
        )
    )
    return {row.competition_id: row.team_id for row in found}


def _owners(connection: Connection, rows: Sequence[Any]) -> Mapping[int, _Owner]:
    """By competition: the organization that it is held for, else who made it."""
    chosen = {row.id: decode(row.settings.encode(), CompetitionSettings).organization_id for row in rows}
    known = connection.execute(sa.select(organizations).where(organizations.c.id.in_(chosen.values())))
    held_by = {row.id: _Owner(row.name, row.slug) for row in known}
    people = connection.execute(
        sa.select(users.c.id, users.c.name).where(users.c.id.in_([row.creator_id for row in rows]))
    )
    made_by = {row.id: _Owner(row.name) for row in people}
    return {row.id: held_by.get(chosen[row.id]) or made_by[row.creator_id] for row in rows}


def _metric(name: str) -> str:
    if not name or name == "custom":
        return name.title()
    return METRICS[name].title if name in METRICS else name


def _moment(value: datetime | None) -> Timestamp | None:
    return None if value is None else Timestamp.of(value)
