"""Shapes: how rows of submissions and scores look on the wire."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from brant.contract.codec import Timestamp
from brant.contract.competition_messages import ApiSubmission, SubmissionStatus
from brant.server.domain.actor import Context
from brant.server.domain.competitions import standings
from brant.server.domain.competitions.permissions import Role
from brant.server.store.tables import submissions, teams, users

_STATUS: Final = {
    "pending": SubmissionStatus.PENDING,
    "complete": SubmissionStatus.COMPLETE,
    "error": SubmissionStatus.ERROR,
}
# Its sender can do nothing about it, and the host's traceback is not theirs to read.
_HELD: Final = "waits until the hosts have mended the scoring: there is nothing to do for you"


def score_text(score: float | None) -> str:
    """A score as participants read it: five decimals, or six digits where those would say little."""
    if score is None:
        return ""
    kept = score + 0.0  # no negative zero
    plain = kept == 0 or 0.001 <= abs(kept) < 1e7
    return f"{kept:.5f}" if plain else f"{kept:.6g}"


def private_open(competition: Any, role: Role, now: datetime) -> bool:
    """Whether someone of that role may read private scores: those of their own team, or all for hosts."""
    return role >= Role.JUDGE or standings.final_shown(competition, now)


def submissions_with_names() -> sa.Select[Any]:
    """Rows of submissions as `submission` wants them."""
    return (
        sa.select(submissions, users.c.name.label("user_name"), teams.c.name.label("team_name"))
        .join(users, users.c.id == submissions.c.user_id)
        .join(teams, teams.c.id == submissions.c.team_id)
    )


def submission(context: Context, competition: Any, row: Any, *, private: bool) -> ApiSubmission:
    """One submission for someone who may see it; its private score only with `private`."""
    waiting = _HELD if row.held and row.state == "pending" else None
    return ApiSubmission(
        ref=row.id,
        total_bytes=row.size,
        date=Timestamp.of(row.created),
        description=row.description,
        error_description=row.error or waiting,
        file_name=row.file_name,
        public_score=score_text(row.public_score),
        private_score=score_text(row.private_score) if private else "",
        status=_STATUS[row.state],
        submitted_by=row.user_name,
        submitted_by_ref=row.user_name,
        team_name=row.team_name,
        url=context.links.page(f"/competitions/{competition.slug}/submissions"),
    )
