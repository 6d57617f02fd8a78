"""`brant competitions sample create`: puts a file in the place of the sample submission."""

from brant.cli.competitions import host_files
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant competitions sample create penguins -p sample_submission.csv"""

declare, read = host_files.declare, host_files.read


def run(options: host_files.Options, context: Context) -> None:
    """Uploads the file; participants find it among the data."""
    from brant.client.competitions.scoring import create_sample

    host_files.upload(options, context, create_sample, "sample submission")
