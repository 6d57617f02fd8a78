"""How a submission is shown, by itself and in lists."""

from typing import TYPE_CHECKING

from brant.cli.output import Column, Value

if TYPE_CHECKING:
    from brant.contract.competition_messages import ApiSubmission

COLUMNS = (
    Column("ref", "number"),
    Column("fileName"),
    Column("date", "moment"),
    Column("description"),
    Column("status"),
    Column("publicScore"),
    Column("privateScore"),
    Column("errorDescription"),
    Column("size", "size"),
    Column("submittedBy"),
    Column("teamName"),
)


def row(one: "ApiSubmission") -> tuple[Value, ...]:
    """One submission; what there is not to see is None."""
    return (
        one.ref,
        one.file_name,
        one.date,
        one.description,
        one.status.value,
        one.public_score or None,
        one.private_score or None,
        one.error_description or None,
        one.total_bytes,
        one.submitted_by,
        one.team_name,
    )
