"""Hosting: a competition is made, launched, and shared among hosts and judges."""

import secrets
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from brant.contract.codec import encode
from brant.contract.competition_extensions import AdmitUserRequest
from brant.contract.competition_messages import HostSegment
from brant.contract.hosting_messages import (
    ApiAddCompetitionHostRequest,
    ApiAddCompetitionJudgeRequest,
    ApiCompetitionHost,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionResponse,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionHostsRequest,
    ApiListCompetitionHostsResponse,
    ApiListCompetitionJudgesRequest,
    ApiListCompetitionJudgesResponse,
    CompetitionSettings,
)
from brant.contract.method import Empty
from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.actor import Context
from brant.server.domain.competitions import cloning, rules
from brant.server.domain.competitions.organizing import require_organization
from brant.server.domain.competitions.pages import insert_default_pages
from brant.server.domain.competitions.permissions import find_competition, require_host
from brant.server.store.database import Database
from brant.server.store.tables import competition_people, competitions, team_members, users

_SEED_BITS: Final = 53


class Hosting:
    """A competition is made, launched, and shared among hosts and judges."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, context: Context, request: ApiCreateCompetitionRequest) -> ApiCreateCompetitionResponse:
        """A new competition, which its creator hosts and nobody else sees before its launch.

        Raises Conflict for a slug that is taken, by whichever competition. `license_id` and `num_prizes` mean
        nothing here and are not kept.
        """
        actor = context.caller
        fields = _new_fields(request)
        with self._db.write() as connection:
            kept = CompetitionSettings(has_scripts=not request.disable_kernels)
            if request.organization_id:
                kept.organization_id = require_organization(connection, actor, request.organization_id)
            if connection.scalar(sa.select(competitions.c.id).where(competitions.c.slug == fields["slug"])):
                raise Conflict(
                    f"the slug {fields['slug']!r} is taken by a competition: choose another `slug`"
                )
            template = None
            if request.clone_competition_id:
                template = cloning.find_template(connection, context, request.clone_competition_id)
                fields = cloning.fields_of(connection, actor, template, kept) | fields
            else:
                fields["settings"] = encode(kept).decode()
            competition_id = _insert(connection, actor.user_id, fields, context.now)
            if template is None:
                insert_default_pages(connection, competition_id, fields["brief"])
            else:
                cloning.copy_contents(connection, context, template, competition_id, request)
        return ApiCreateCompetitionResponse(
            id=competition_id,
            ref=fields["slug"],
            url=context.links.page(f"/competitions/{fields['slug']}"),
        )

    def launch(self, context: Context, request: ApiLaunchCompetitionRequest) -> Empty:
        """Opens it now or at a time to come; until then that time can be changed.

        Raises Conflict while something is missing that submissions are scored with.
        """
        actor = context.caller
        with self._db.write() as connection:
            competition = find_competition(connection, actor, request.competition_name, context.now)
            require_host(connection, actor, competition, "launch")
            _check_ready(competition, context.now)
            opens: datetime = request.future_time or context.now
            if opens < context.now:
                raise InvalidInput(
                    f"{request.future_time} lies in the past: leave the time out to launch now"
                )
            if competition.deadline is not None and competition.deadline <= opens:
                raise Conflict(
                    f"{competition.slug} would open after its deadline: set a later deadline first"
                )
            connection.execute(
                sa.update(competitions).where(competitions.c.id == competition.id).values(launched=opens)
            )
        return Empty()

    def add_host(self, context: Context, request: ApiAddCompetitionHostRequest) -> Empty:
        """One more host; nothing changes for who is one."""
        return self._add(context, request.competition_name, request.user_name, "host")

    def add_judge(self, context: Context, request: ApiAddCompetitionJudgeRequest) -> Empty:
        """One more judge, who sees every submission."""
        return self._add(context, request.competition_name, request.user_name, "judge")

    def admit(self, context: Context, request: AdmitUserRequest) -> Empty:
        """Lets a user see and enter a private competition."""
        return self._add(context, request.competition_name, request.user_name, "guest")

    def list_hosts(
        self, context: Context, request: ApiListCompetitionHostsRequest
    ) -> ApiListCompetitionHostsResponse:
        """The hosts, for whoever sees the competition."""
        return ApiListCompetitionHostsResponse(hosts=self._people(context, request.competition_name, "host"))

    def list_judges(
        self, context: Context, request: ApiListCompetitionJudgesRequest
    ) -> ApiListCompetitionJudgesResponse:
        """The judges, for whoever sees the competition."""
        return ApiListCompetitionJudgesResponse(
            judges=self._people(context, request.competition_name, "judge")
        )

    def _add(self, context: Context, name: str, user_name: str, role: str) -> Empty:
        actor = context.caller
        with self._db.write() as connection:
            competition = find_competition(connection, actor, name, context.now)
            require_host(connection, actor, competition, f"add a {role} to")
            user_id = _user(connection, user_name)
            if role != "guest":
                _refuse_entrant(connection, competition, user_id, user_name, role)
            connection.execute(
                upsert(competition_people)
                .values(competition_id=competition.id, user_id=user_id, role=role)
                .on_conflict_do_nothing()
            )
        return Empty()

    def _people(self, context: Context, name: str, role: str) -> list[ApiCompetitionHost]:
        with self._db.read() as connection:
            competition = find_competition(connection, context.actor, name, context.now)
            rows = connection.execute(
                sa.select(users.c.id, users.c.name)
                .join(competition_people, competition_people.c.user_id == users.c.id)
                .where(
                    competition_people.c.competition_id == competition.id, competition_people.c.role == role
                )
                .order_by(users.c.id)
            ).all()
        return [
            ApiCompetitionHost(
                id=row.id,
                user_name=row.name,
                display_name=row.name,
                profile_url=context.links.page(f"/{row.name}"),
            )
            for row in rows
        ]


def _new_fields(request: ApiCreateCompetitionRequest) -> dict[str, Any]:
    """What a request says of a new competition. Raises InvalidInput."""
    if request.hackathon:
        raise InvalidInput("hackathons are not held here: leave `hackathon` out")
    if request.restrict_link_to_email_list:
        raise InvalidInput("set `privacy` to PRIVATE and admit users instead of `restrictLinkToEmailList`")
    title = rules.title(request.title)
    return {
        "slug": rules.slug(request.slug),
        "title": title,
        "title_key": rules.title_key(title),
        "brief": rules.brief(request.brief_description),
        "privacy": rules.privacy(request.privacy),
        "reward": rules.reward(request.reward),
    }


def _insert(connection: Connection, creator_id: int, fields: dict[str, Any], now: datetime) -> int:
    """The competition and its first host; answers its number."""
    defaults: dict[str, Any] = {
        "creator_id": creator_id,
        "segment": HostSegment.HOST_SEGMENT_COMMUNITY.value,
        "created": now,
        "rules_required": True,
        "submissions_disabled": False,
        "has_leaderboard": True,
        "final_withheld": False,
        "final_verified": False,
        "higher_is_better": False,
        # Who could guess it would know which rows count.
        "split_seed": secrets.randbits(_SEED_BITS),
        **{name: limit.default for name, limit in rules.LIMITS.items()},
        "max_total_submissions": None,
    }
    competition_id = int(
        connection.execute(
            sa.insert(competitions).values(defaults | fields).returning(competitions.c.id)
        ).scalar_one()
    )
    connection.execute(
        sa.insert(competition_people).values(competition_id=competition_id, user_id=creator_id, role="host")
    )
    return competition_id


def _check_ready(competition: Any, now: datetime) -> None:
    slug = competition.slug
    if competition.launched is not None and competition.launched <= now:
        raise Conflict(f"{slug} is launched already: change its settings instead")
    if not competition.metric:
        raise Conflict(f"{slug} has no metric yet: run brant competitions setup update {slug} --metric NAME")
    if competition.solution_sha256 is None:
        raise Conflict(f"{slug} has no solution yet: run brant competitions solution create {slug} -p FILE")
    if competition.solution_error:
        raise Conflict(f"the solution of {slug} cannot be scored with: {competition.solution_error}")


def _user(connection: Connection, name: str) -> int:
    user_id = connection.scalar(sa.select(users.c.id).where(users.c.name == name.strip().lower()))
    if user_id is None:
        raise NotFound(f"there is no user {name[:60]!r}: check the name")
    return int(user_id)


def _refuse_entrant(connection: Connection, competition: Any, user_id: int, name: str, role: str) -> None:
    """Who sees every score must not compete."""
    if connection.scalar(
        sa.select(team_members.c.team_id).where(
            team_members.c.competition_id == competition.id, team_members.c.user_id == user_id
        )
    ):
        raise Conflict(f"{name[:60]} has entered {competition.slug}: a {role} cannot compete, choose another")
