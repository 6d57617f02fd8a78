"""`brant cache`: the files that the libraries keep, ours and the official one, which share their cache."""

from brant.cli.commands import Command, Verb

COMMANDS: tuple[Command, ...] = (
    Verb("verify", "find files in the cache that are no longer what arrived", "brant.cli.cache.verify"),
    Verb("path", "print where the cache is", "brant.cli.cache.path"),
)
