"""`brant competitions solution status`: whether submissions can be scored, and what is known of the file."""

from typing import TYPE_CHECKING

from brant.cli.competitions import which
from brant.cli.context import Context
from brant.cli.output import Column, Value

if TYPE_CHECKING:
    from brant.contract.hosting_messages import ApiCompetitionSolutionStatus

EXAMPLES = """\
examples:
  brant competitions solution status penguins
  brant competitions solution status penguins --format 'json(ready,setupError)'"""

_COLUMNS = (
    Column("ready"),
    Column("setupError"),
    Column("rowIdColumnName"),
    Column("requiredColumns"),
    Column("fileName"),
    Column("size", "size"),
    Column("uploadDate", "moment"),
    Column("totalRows", "number"),
    Column("publicRows", "number"),
    Column("privateRows", "number"),
)

declare, read = which.declare_with_json, which.read


def run(options: which.Options, context: Context) -> None:
    """Prints a line for each thing that is known."""
    from brant.client.competitions.scoring import solution_status

    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = solution_status(session, slug)
    output.details(_COLUMNS, _row(found))


def _row(found: "ApiCompetitionSolutionStatus") -> tuple[Value, ...]:
    from brant.contract.hosting_messages import ApiSolutionFileInfo

    info = found.solution_info or ApiSolutionFileInfo()
    return (
        found.ready,
        found.setup_error or None,
        found.row_id_column_name,
        ", ".join(f"{column.name} ({column.data_type})" for column in found.required_metric_columns),
        info.file_name,
        info.file_size_bytes,
        info.upload_date,
        info.total_rows,
        info.public_rows,
        info.private_rows,
    )
