"""`brant datasets`: its verbs, a file each."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("list", "list datasets, searched, filtered and sorted", "brant.cli.datasets.list"),
    Verb("files", "list the files of a dataset", "brant.cli.datasets.files"),
    Verb("download", "download a dataset, or some of its files", "brant.cli.datasets.download"),
    Verb("init", "write a template of dataset-metadata.json", "brant.cli.datasets.init"),
    Verb("create", "publish a folder as a new dataset", "brant.cli.datasets.create"),
    Verb("version", "publish a folder as a new version of its dataset", "brant.cli.datasets.version"),
    Verb("metadata", "fetch a dataset's metadata, or set them", "brant.cli.datasets.metadata"),
    Verb("status", "tell how far a dataset's newest version is", "brant.cli.datasets.status"),
    Verb("delete", "delete a dataset with all its versions", "brant.cli.datasets.delete"),
)
