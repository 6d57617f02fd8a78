"""`brant datasets version`: publishes a folder as a new version of its dataset."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from typing import NamedTuple

from brant.cli.confirm import declare_yes
from brant.cli.context import Context
from brant.cli.datasets.publishing import Upload, declare_upload, read_upload, tell

EXAMPLES = """\
examples:
  brant datasets version -p ./penguins -m "two more islands"
  brant datasets version -p ./penguins -m "start over" --delete-old-versions --yes"""


class Options(NamedTuple):
    """What to publish, what is new, and whether older versions go; `yes` stands for the answer."""

    upload: Upload
    notes: str
    delete_old: bool
    yes: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets version`."""
    parser.add_argument(
        "-m", "--message", dest="version_notes", required=True, help="what is new in this version"
    )
    declare_upload(parser)
    parser.add_argument(
        "-d", "--delete-old-versions", action="store_true", help="remove all versions before it"
    )
    declare_yes(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        upload=read_upload(parsed),
        notes=parsed.version_notes,
        delete_old=parsed.delete_old_versions,
        yes=parsed.yes,
    )


def run(options: Options, context: Context) -> None:
    """Publishes the folder, whole or not at all. Raises Declined unless old versions may go."""
    from brant.client.datasets.metadata_file import for_version, load
    from brant.client.datasets.publishing import create_version

    upload = options.upload
    if options.delete_old:
        described = for_version(load(upload.folder))
        named = described.handle or f"dataset {described.id_no}"
        question = f"Delete all versions of {named} before the new one? It cannot be undone."
        context.confirm(question, yes=options.yes)
    with context.session() as session, closing(context.progress(upload.showing)) as progress:
        published = create_version(
            session,
            upload.folder,
            options.notes,
            delete_old=options.delete_old,
            dir_mode=upload.dir_mode,
            ignore=upload.ignore,
            progress=progress,
        )
    tell(published, "a new version of", upload, context)
