"""Expiry: what ended long ago is forgotten, what may still be asked for is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from brant.server.domain.accounts.expiry import forget
from brant.server.domain.actor import Actor
from brant.server.domain.blobs.upkeep import collecting
from brant.server.store.tables import codes, grants, sessions, tokens
from tests.server.domain.conftest import World
from tests.server.domain.test_upkeep import until


def rows(world: World, table: sa.Table) -> int:
    with world.services.db.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def insert(world: World, table: sa.Table, **values: Any) -> int:
    with world.services.db.write() as connection:
        made = connection.execute(sa.insert(table).values(**values)).inserted_primary_key
    assert made is not None
    number: int = made[0]
    return number


def new_grant(world: World, ada: Actor, **values: Any) -> int:
    return insert(
        world,
        grants,
        **{
            "user_id": ada.user_id,
            "client_id": "kagglesdk",
            "scopes": "datasets.get:*",
            "created": world.now,
            **values,
        },
    )


def new_token(world: World, ada: Actor, name: str = "token", **values: Any) -> int:
    times = {"kind": "access", "created": world.now, **values}
    return insert(world, tokens, user_id=ada.user_id, hash=name, **times)


@pytest.mark.parametrize("ended", ["expires", "revoked"])
def test_a_dead_token_is_remembered_for_30_days(world: World, ada: Actor, ended: str) -> None:
    end: dict[str, Any] = {ended: world.now}
    new_token(world, ada, "dead", **end)
    new_token(world, ada, "alive")
    forget(world.services.db, world.now + timedelta(days=30) - timedelta(seconds=1))
    assert rows(world, tokens) == 2
    assert forget(world.services.db, world.now + timedelta(days=30)) == 1
    assert rows(world, tokens) == 1


def test_a_replaced_refresh_token_is_remembered_as_long_as_it_would_have_lived(
    world: World, ada: Actor
) -> None:
    grant = new_grant(world, ada)
    end = world.now + timedelta(days=180)
    new_token(world, ada, kind="refresh", grant_id=grant, replaced=world.now, expires=end)
    forget(world.services.db, end)
    assert rows(world, tokens) == 1
    forget(world.services.db, end + timedelta(days=30))
    assert (rows(world, tokens), rows(world, grants)) == (0, 0)


def test_a_session_goes_when_it_is_over(world: World, ada: Actor) -> None:
    world.services.sessions.open(ada.user_id, world.now)
    forget(world.services.db, world.now + timedelta(days=13))
    assert rows(world, sessions) == 1
    forget(world.services.db, world.now + timedelta(days=14))
    assert rows(world, sessions) == 0


def new_code(world: World, ada: Actor, expires: datetime, grant_id: int | None = None) -> None:
    insert(
        world,
        codes,
        hash="code",
        user_id=ada.user_id,
        client_id="kagglesdk",
        redirect_uri="http://127.0.0.1/",
        scopes="datasets.get:*",
        created=world.now,
        expires=expires,
        grant_id=grant_id,
    )


def test_a_code_is_remembered_so_that_its_replay_is_noticed(world: World, ada: Actor) -> None:
    new_code(world, ada, world.now + timedelta(minutes=10))
    forget(world.services.db, world.now + timedelta(days=29))
    assert rows(world, codes) == 1
    forget(world.services.db, world.now + timedelta(days=31))
    assert rows(world, codes) == 0


def test_a_revoked_grant_goes_with_all_that_belongs_to_it(world: World, ada: Actor) -> None:
    gone, kept = new_grant(world, ada, revoked=world.now), new_grant(world, ada)
    new_token(world, ada, grant_id=gone)
    new_token(world, ada, "kept", grant_id=kept)
    new_code(world, ada, world.now + timedelta(days=60), gone)
    forget(world.services.db, world.now + timedelta(days=29))
    assert (rows(world, grants), rows(world, tokens), rows(world, codes)) == (2, 2, 1)
    forget(world.services.db, world.now + timedelta(days=30))
    assert (rows(world, grants), rows(world, tokens), rows(world, codes)) == (1, 1, 0)


def test_a_new_grant_may_still_be_without_tokens(world: World, ada: Actor) -> None:
    new_grant(world, ada)
    forget(world.services.db, world.now + timedelta(days=29))
    assert rows(world, grants) == 1


def test_a_server_forgets_on_its_own_and_gc_does(world: World, ada: Actor) -> None:
    world.services.sessions.open(ada.user_id, world.now)
    world.later(days=15)
    services = world.services
    with collecting(services.db, services.store, lambda: world.now, timedelta(days=1)):
        until(lambda: rows(world, sessions) == 0)

    world.services.sessions.open(ada.user_id, world.now)
    world.later(days=15)
    world.services.collect(world.now)
    assert rows(world, sessions) == 0
