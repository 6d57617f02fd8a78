"""Upgrade: who had a token or a key before there were scopes still has it, with all that it allowed."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from brant.contract.scopes import FULL
from brant.server.domain.accounts.hashes import digest
from brant.server.domain.services import DATABASE_NAME, Services
from brant.server.store.database import Database
from tests.server.domain.conftest import NOON

TOKEN, KEY, OVER = "KGAT_of-the-first-release", "0123456789abcdef0123456789abcdef", "KGAT_that-was-revoked"


def first_release(data: Path) -> None:
    """A data folder as the first release left it."""
    data.mkdir()
    db = Database(data / DATABASE_NAME)
    db.migrate("0001")
    moment = NOON.replace(tzinfo=None).isoformat(" ")
    with db.write(durable=True) as connection:
        connection.execute(
            sa.text("INSERT INTO users (id, name, is_admin, created) VALUES (7, 'ada', 1, :now)"),
            {"now": moment},
        )
        for number, (kind, secret, revoked) in enumerate(
            (("access", TOKEN, None), ("key", KEY, None), ("access", OVER, moment))
        ):
            connection.execute(
                sa.text(
                    "INSERT INTO tokens (id, user_id, kind, hash, created, revoked) "
                    "VALUES (:id, 7, :kind, :hash, :now, :revoked)"
                ),
                {"id": number + 5, "kind": kind, "hash": digest(secret), "now": moment, "revoked": revoked},
            )
    db.close()


def test_tokens_and_keys_of_the_first_release_go_on_with_full_scopes(tmp_path: Path) -> None:
    first_release(tmp_path / "data")
    services = Services.open(tmp_path / "data")
    try:
        actor = services.tokens.bearer(TOKEN, NOON)
        assert actor is not None
        assert (actor.user_id, actor.name, actor.is_admin, actor.scopes) == (7, "ada", True, FULL)
        by_key = services.tokens.basic("ada", KEY, NOON)
        assert by_key is not None
        assert by_key.scopes == FULL
        assert services.tokens.bearer(OVER, NOON) is None
        user = services.users.find("ada")
        assert user is not None
        assert not user.has_password
        # Numbers are never given twice, so what names a token by its id means the same for ever.
        services.tokens.revoke(7, 5, NOON)
        services.tokens.make_token("ada", NOON + timedelta(seconds=1))
        assert [row.id for row in services.tokens.of(7, NOON + timedelta(seconds=1))] == [8, 6]
    finally:
        services.close()


def test_going_back_keeps_what_the_first_release_knows(tmp_path: Path) -> None:
    first_release(tmp_path / "data")
    services = Services.open(tmp_path / "data")
    services.tokens.make_token("ada", NOON, label="new")
    services.db.migrate("0001")
    services.db.migrate()
    try:
        assert services.tokens.bearer(TOKEN, NOON) is not None
        assert [row.label for row in services.tokens.of(7, NOON)] == ["", "", ""]
    finally:
        services.close()
