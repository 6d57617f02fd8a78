"""Commands: which function does what `brant admin` is told, and the data folder opened for it."""

import argparse
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Final, TextIO

from brant.errors import NotFound
from brant.server import data_folder
from brant.server.admin import competition, folder, organizations, users
from brant.server.admin.desk import Desk
from brant.server.domain.services import DATABASE_NAME, Services

_COMMANDS: Final[Mapping[str, Callable[[Desk], None]]] = {
    "user add": users.add,
    "user list": users.show,
    "password": users.password,
    "token": users.token,
    "key": users.key,
    "org create": organizations.create,
    "org list": organizations.show,
    "org member add": organizations.add_member,
    "org member remove": organizations.remove_member,
    "org redirect": organizations.redirect,
    "competition import": competition.import_folder,
    "backup": folder.backup,
    "gc": folder.collect,
}


def run(options: argparse.Namespace, out: TextIO, stdin: TextIO) -> None:
    """Runs the command that `options` name. Raises BrantError."""
    words = (options.action, getattr(options, "verb", None), getattr(options, "step", None))
    command = _COMMANDS[" ".join(word for word in words if word)]
    if command is users.add:
        data_folder.prepare(options.data)
    elif not (options.data / DATABASE_NAME).is_file():
        raise NotFound(f"{options.data} is no data folder: name the one that `brant serve` uses by --data")
    with closing(Services.open(options.data)) as services:
        command(Desk(options, services, datetime.now(UTC), out, stdin))
