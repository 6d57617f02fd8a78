"""How those are shown who host or judge."""

from typing import TYPE_CHECKING

from brant.cli.output import Column, Value

if TYPE_CHECKING:
    from brant.contract.hosting_messages import ApiCompetitionHost

COLUMNS = (Column("userName"), Column("displayName"), Column("id", "number"), Column("profileUrl"))


def row(one: "ApiCompetitionHost") -> tuple[Value, ...]:
    """One person."""
    return (one.user_name, one.display_name, one.id, one.profile_url)
