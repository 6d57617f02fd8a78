"""Cloning: a new competition begins with what a template carries, as far as its hosts let others have it."""

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.codec import decode, encode
from brant.contract.hosting_messages import (
    ApiCreateCompetitionRequest,
    CompetitionSettings,
    PubliclyCloneable,
)
from brant.errors import InsufficientScope, InvalidInput, PermissionDenied
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions.pages import ensure_rules
from brant.server.domain.competitions.permissions import Role, find_competition_by_id, role_of
from brant.server.domain.competitions.results import SOLUTION
from brant.server.domain.versions import manifests
from brant.server.store import queue
from brant.server.store.tables import competition_pages, competitions, files, versions

# What is copied from every template. Deadlines are not: those of a template lie in the past.
_COPIED: Final = (
    "segment",
    "rules_required",
    "has_leaderboard",
    "final_withheld",
    "max_daily_submissions",
    "max_total_submissions",
    "max_team_size",
    "max_selected",
    "max_submission_bytes",
    "scoring_seconds",
    "metric",
    "metric_parameters",
    "metric_sha256",
    "higher_is_better",
    "row_id_column",
    "public_percent",
    "sample_sha256",
    "sample_name",
)
_OF_SOLUTION: Final = ("solution_sha256", "solution_name", "solution_uploaded", "split_seed")
_READING: Final = "competitions.get"
_HOSTING: Final = "competitions.update"
_DATED: Final = ("team_file_deadline", "kernels_publishing_disabled_deadline")


def find_template(connection: Connection, context: Context, number: int) -> Any:
    """The competition of that number, where the caller may begin with it.

    Raises NotFound for one that they do not see, PermissionDenied where its hosts do not share it, or their
    token is for others: what it does not let them read, it does not let them copy.
    """
    actor = context.caller
    template = find_competition_by_id(connection, actor, number, context.now)
    if not actor.scopes.allow(_READING, template.slug):
        raise InsufficientScope(
            f"this token lacks {_READING} on competition number {number}: use one that may read it",
            scope=f"{_READING}:*",
        )
    if not template.cloneable and not _hosts(connection, actor, template):
        raise PermissionDenied(
            f"{template.slug} cannot be cloned by {actor.name}: ask its hosts to set publiclyCloneable"
        )
    return template


def fields_of(
    connection: Connection, actor: Actor, template: Any, kept: CompetitionSettings
) -> dict[str, Any]:
    """The columns that a new competition takes over; `kept` is what its creator said of its settings."""
    names = _COPIED + (_OF_SOLUTION if _shares_solution(connection, actor, template) else ())
    settings = decode(template.settings.encode(), CompetitionSettings)
    for name in _DATED:
        setattr(settings, name, None)
    settings.has_scripts = settings.has_scripts and kept.has_scripts
    settings.organization_id = kept.organization_id
    return {**{name: getattr(template, name) for name in names}, "settings": encode(settings).decode()}


def copy_contents(
    connection: Connection,
    context: Context,
    template: Any,
    competition_id: int,
    request: ApiCreateCompetitionRequest,
) -> None:
    """The pages, the data unless they are left out, and the check of a solution that came along."""
    _copy_pages(connection, context.caller, template, competition_id, request.clone_page_names)
    if not request.clone_exclude_competition_data:
        _copy_data(connection, context, template, competition_id)
    if _shares_solution(connection, context.caller, template) and template.solution_sha256 is not None:
        queue.enqueue(connection, SOLUTION, competition_id, context.now)


def _shares_solution(connection: Connection, actor: Actor, template: Any) -> bool:
    shared = PubliclyCloneable.PUBLICLY_CLONEABLE_WITH_PUBLIC_SOLUTION_FILE.value
    return bool(template.cloneable == shared) or _hosts(connection, actor, template)


def _hosts(connection: Connection, actor: Actor, template: Any) -> bool:
    """Whether the actor is a host of the template, and their token lets them act as one."""
    is_host = role_of(connection, actor, template) >= Role.HOST
    return is_host and actor.scopes.allow(_HOSTING, template.slug)


def _copy_pages(
    connection: Connection, actor: Actor, template: Any, competition_id: int, names: Iterable[str]
) -> None:
    """Those that the actor may read in the template, or, of these, the ones that are named."""
    wanted = {name.casefold() for name in names}
    source = sa.select(competition_pages).where(competition_pages.c.competition_id == template.id)
    if not _hosts(connection, actor, template):
        source = source.where(competition_pages.c.is_published)
    if wanted:
        source = source.where(sa.func.lower(competition_pages.c.name).in_(wanted))
    rows = [dict(row) for row in connection.execute(source).mappings()]
    missing = wanted - {row["name"].casefold() for row in rows}
    if missing:
        raise InvalidInput(
            f"{template.slug} has no page {min(missing)[:60]!r}: change `clonePageNames`, or leave it out"
        )
    if rows:
        connection.execute(
            sa.insert(competition_pages), [row | {"competition_id": competition_id} for row in rows]
        )
    if template.rules_required:
        ensure_rules(connection, competition_id)


def _copy_data(connection: Connection, context: Context, template: Any, competition_id: int) -> None:
    """The newest version of the template's data as the first of the new competition."""
    if not template.data_number:
        return
    entries = connection.execute(
        sa.select(files.c.path, files.c.size, files.c.sha256, files.c.description, files.c.columns)
        .join(versions, versions.c.id == files.c.version_id)
        .where(versions.c.competition_id == template.id, versions.c.number == template.data_number)
    )
    manifests.insert(
        connection,
        manifests.build(manifests.Entry(*row) for row in entries),
        number=1,
        competition_id=competition_id,
        creator_id=context.caller.user_id,
        notes=f"Cloned from {template.slug}",
        created=context.now,
    )
    connection.execute(
        sa.update(competitions).where(competitions.c.id == competition_id).values(data_number=1)
    )
