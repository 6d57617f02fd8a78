"""Accounts: users, tokens and keys, and who they stand for."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from brant.contract.accounts import ExpireApiTokenRequest, IntrospectTokenRequest
from brant.contract.method import Empty
from brant.errors import NotFound, Unauthenticated
from brant.server.domain.actor import Actor
from brant.server.store.tables import tokens
from tests.server.domain.conftest import World, without_token


def test_a_token_stands_for_its_user(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now)

    assert token.startswith("KGAT_")
    assert world.bearer(token) == ada
    assert world.services.tokens.bearer(token[:-1], world.now) is None


def test_a_key_stands_for_its_user_only_beside_the_right_name(world: World, ada: Actor, bob: Actor) -> None:
    key = world.services.tokens.make_key("ada", world.now)

    assert len(key) == 32
    assert int(key, 16) >= 0
    assert without_token(world.services.tokens.basic("Ada", key, world.now)) == ada
    assert world.services.tokens.basic("bob", key, world.now) is None
    assert world.services.tokens.bearer(key, world.now) is None


def test_a_token_is_no_key(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now)
    assert world.services.tokens.basic("ada", token, world.now) is None


def test_an_expired_token_stands_for_nobody(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now, lifetime=timedelta(hours=3))

    assert (
        without_token(world.services.tokens.bearer(token, world.now + timedelta(hours=2, minutes=59))) == ada
    )
    assert world.services.tokens.bearer(token, world.now + timedelta(hours=3)) is None


def test_introspection_of_a_good_token(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now, lifetime=timedelta(hours=3))

    seen = world.services.tokens.introspect(world.context(None), IntrospectTokenRequest(token=token))

    assert (seen.active, seen.username, seen.user_id) == (True, "ada", ada.user_id)
    assert seen.exp == int((world.now + timedelta(hours=3)).timestamp())


@pytest.mark.parametrize("token", ["", "KGAT_nonsense", "x" * 5000, "\ud800", "'; DROP TABLE tokens"])
def test_introspection_of_any_other_token_is_inactive_and_never_an_error(world: World, token: str) -> None:
    seen = world.services.tokens.introspect(world.context(None), IntrospectTokenRequest(token=token))
    assert seen.active is False
    assert seen.username == ""


def test_a_revoked_token_is_of_no_use_any_more(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now)

    world.services.tokens.expire(world.context(ada), ExpireApiTokenRequest(token=token))

    assert world.services.tokens.bearer(token, world.now) is None
    world.services.tokens.expire(world.context(ada), ExpireApiTokenRequest(token=token))


def test_nobody_revokes_the_token_of_another(world: World, ada: Actor, bob: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now)

    with pytest.raises(NotFound):
        world.services.tokens.expire(world.context(bob), ExpireApiTokenRequest(token=token))

    assert world.bearer(token) == ada


def test_the_last_use_is_kept_by_the_minute(world: World, ada: Actor) -> None:
    token = world.services.tokens.make_token("ada", world.now)

    def last_used() -> object:
        with world.services.db.read() as connection:
            return connection.scalar(sa.select(tokens.c.last_used))

    first = world.now
    world.services.tokens.bearer(token, world.now)
    assert last_used() == first
    world.later(seconds=59)
    world.services.tokens.bearer(token, world.now)
    assert last_used() == first
    world.later(seconds=1)
    world.services.tokens.bearer(token, world.now)
    assert last_used() == world.now


def test_a_token_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="user add"):
        world.services.tokens.make_token("nobody", world.now)


def test_hello_says_the_name(world: World, ada: Actor) -> None:
    assert world.services.tokens.hello(world.context(ada), Empty()).user_name == "ada"
    with pytest.raises(Unauthenticated):
        world.services.tokens.hello(world.context(None), Empty())
