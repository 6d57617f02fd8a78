"""Administration: what `brant admin` does, on the data folder itself, beside a running server or without."""

import argparse
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Final, TextIO

from brant.contract.catalog import METHODS
from brant.errors import NotFound
from brant.server import data_folder
from brant.server.domain.services import DATABASE_NAME, Services
from brant.server.edge.routes import reserved_words

Action = Callable[[argparse.Namespace, Services, TextIO], None]


def run(options: argparse.Namespace, out: TextIO) -> None:
    """Runs the action that `options` name. Raises BrantError."""
    verb = getattr(options, "verb", None)
    action = _ACTIONS[f"{options.action} {verb}" if verb else options.action]
    if action is _add_user:
        data_folder.prepare(options.data)
    elif not (options.data / DATABASE_NAME).is_file():
        raise NotFound(f"{options.data} is no data folder: name the one that `brant serve` uses by --data")
    with closing(Services.open(options.data)) as services:
        action(options, services, out)


def _add_user(options: argparse.Namespace, services: Services, out: TextIO) -> None:
    reserved = reserved_words(METHODS)["owner_slug"]
    now = datetime.now(UTC)
    user = services.users.add(options.name, now, is_admin=options.admin, reserved=reserved)
    out.write(f"added {user.name}; a token for them: brant admin token {user.name} --data {options.data}\n")


def _list_users(_options: argparse.Namespace, services: Services, out: TextIO) -> None:
    out.writelines(
        f"{user.name}\t{'admin' if user.is_admin else 'user'}\t{user.created:%Y-%m-%d}\n"
        for user in services.users.all()
    )


def _token(options: argparse.Namespace, services: Services, out: TextIO) -> None:
    out.write(services.tokens.make_token(options.name, datetime.now(UTC)) + "\n")


def _key(options: argparse.Namespace, services: Services, out: TextIO) -> None:
    key = services.tokens.make_key(options.name, datetime.now(UTC))
    out.write(json.dumps({"username": options.name.lower(), "key": key}) + "\n")


def _backup(options: argparse.Namespace, services: Services, out: TextIO) -> None:
    services.backup(options.to)
    out.write(f"{options.to} holds everything; to serve it: brant serve --data {options.to}\n")


def _collect(options: argparse.Namespace, services: Services, out: TextIO) -> None:
    now = datetime.now(UTC)
    done = services.preview(now) if options.dry_run else services.collect(now)
    begun = "would remove" if options.dry_run else "removed"
    out.write(
        f"{begun} {done.uploads} expired uploads, {done.blobs} blobs and {done.staged} stray files: "
        f"{done.bytes:,} bytes\n"
    )


_ACTIONS: Final[Mapping[str, Action]] = {
    "user add": _add_user,
    "user list": _list_users,
    "token": _token,
    "key": _key,
    "backup": _backup,
    "gc": _collect,
}
