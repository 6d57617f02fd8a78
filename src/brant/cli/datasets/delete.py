"""`brant datasets delete`: removes a dataset, after asking."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.confirm import declare_yes
from brant.cli.context import Context
from brant.cli.datasets.arguments import resolve
from brant.cli.output import Column, Format
from brant.cli.parser import declare_format
from brant.errors import InvalidHandle

EXAMPLES = """\
examples:
  brant datasets delete owner/penguins
  brant datasets delete owner/penguins --yes"""


class Options(NamedTuple):
    """Which dataset; `yes` stands for the answer."""

    dataset: str
    yes: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets delete`."""
    parser.add_argument("dataset", help="owner/slug; a slug alone is yours")
    declare_yes(parser)
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(dataset=parsed.dataset, yes=parsed.yes, format=parsed.format)


def run(options: Options, context: Context) -> None:
    """Deletes the dataset. Raises Declined unless that was confirmed."""
    from brant.client.datasets import delete

    with context.session() as session:
        handle = resolve(options.dataset, session)
        if handle.version is not None:
            raise InvalidHandle(
                f"{handle} names one version; a dataset is deleted whole: write {handle.at(None)}"
            )
        question = f"Delete {handle} with all its versions? It cannot be undone."
        context.confirm(question, yes=options.yes)
        delete(session, handle)
    context.output(options.format).record((Column("deleted"),), (str(handle),), sentence=f"Deleted {handle}.")
