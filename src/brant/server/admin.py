"""Administration: what `brant admin` does, on the data folder itself, beside a running server or without."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TextIO

from brant.contract.catalog import METHODS
from brant.server import data_folder
from brant.server.domain import collection
from brant.server.domain.accounts import Accounts
from brant.server.edge.routes import reserved_words
from brant.server.settings import Settings
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database

Action = Callable[[argparse.Namespace, Settings, Database, TextIO], None]


def run(options: argparse.Namespace, out: TextIO) -> None:
    """Runs the action that `options` name. Raises BrantError."""
    settings = Settings(data=options.data)
    verb = getattr(options, "verb", None)
    with _opened(settings) as db:
        _ACTIONS[f"{options.action} {verb}" if verb else options.action](options, settings, db, out)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    data_folder.prepare(settings.data)
    db = Database(settings.database)
    try:
        db.migrate()
        yield db
    finally:
        db.close()


def _add_user(options: argparse.Namespace, settings: Settings, db: Database, out: TextIO) -> None:
    reserved = reserved_words(METHODS)["owner_slug"]
    user = Accounts(db).add_user(options.name, datetime.now(UTC), is_admin=options.admin, reserved=reserved)
    out.write(f"added {user.name}; a token for them: brant admin token {user.name} --data {settings.data}\n")


def _list_users(_options: argparse.Namespace, _settings: Settings, db: Database, out: TextIO) -> None:
    out.writelines(
        f"{user.name}\t{'admin' if user.is_admin else 'user'}\t{user.created:%Y-%m-%d}\n"
        for user in Accounts(db).users()
    )


def _token(options: argparse.Namespace, _settings: Settings, db: Database, out: TextIO) -> None:
    out.write(Accounts(db).make_token(options.name, datetime.now(UTC)) + "\n")


def _key(options: argparse.Namespace, _settings: Settings, db: Database, out: TextIO) -> None:
    key = Accounts(db).make_key(options.name, datetime.now(UTC))
    out.write(json.dumps({"username": options.name.lower(), "key": key}) + "\n")


def _backup(options: argparse.Namespace, settings: Settings, db: Database, out: TextIO) -> None:
    collection.backup(db, BlobStore(settings.data), options.to)
    out.write(f"{options.to} holds everything; to serve it: brant serve --data {options.to}\n")


def _collect(options: argparse.Namespace, settings: Settings, db: Database, out: TextIO) -> None:
    store, now = BlobStore(settings.data), datetime.now(UTC)
    done = collection.preview(db, store, now) if options.dry_run else collection.collect(db, store, now)
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
