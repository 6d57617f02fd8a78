"""`brant datasets create`: publishes a folder as a new dataset."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.datasets.publishing import Upload, declare_upload, read_upload, tell

EXAMPLES = """\
examples:
  brant datasets create -p ./penguins
  brant datasets create -p ./penguins --public --ignore-patterns '*.tmp'"""


class Options(NamedTuple):
    """What to publish, and whether everyone may see it."""

    upload: Upload
    public: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant datasets create`."""
    declare_upload(parser)
    parser.add_argument(
        "-u", "--public", action="store_true", help="everyone may see it (default: you alone)"
    )


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(upload=read_upload(parsed), public=parsed.public)


def run(options: Options, context: Context) -> None:
    """Publishes the folder, whole or not at all."""
    from brant.client.datasets.publishing import create

    upload = options.upload
    with context.session() as session, closing(context.progress(upload.showing)) as progress:
        published = create(
            session,
            upload.folder,
            public=options.public,
            dir_mode=upload.dir_mode,
            ignore=upload.ignore,
            progress=progress,
        )
    tell(published, "public dataset" if options.public else "private dataset", upload, context)
