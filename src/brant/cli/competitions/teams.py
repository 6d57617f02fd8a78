"""How the caller's team is shown, by every verb that changes it."""

from typing import TYPE_CHECKING

from brant.cli.output import Column, Value

if TYPE_CHECKING:
    from brant.contract.competition_extensions import CompetitionTeam

COLUMNS = (
    Column("id", "number"),
    Column("name"),
    Column("members"),
    Column("leader"),
    Column("rank", "number"),
    Column("score"),
    Column("invited"),
    Column("invitedBy"),
)


def row(team: "CompetitionTeam") -> tuple[Value, ...]:
    """One team; several names are separated by commas. Who invites is told with the number to answer by."""
    return (
        team.id,
        team.name,
        ", ".join(member.user_name for member in team.members),
        ", ".join(member.user_name for member in team.members if member.is_leader),
        team.rank,
        team.score,
        ", ".join(invitation.invited_name for invitation in team.sent),
        ", ".join(f"{invitation.team_name} ({invitation.team_id})" for invitation in team.received),
    )
