"""Tokens: what they stand for, what they allow, and how they end."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Literal

import pytest
import sqlalchemy as sa

from brant.contract.accounts import ExpireApiTokenRequest, IntrospectTokenRequest
from brant.contract.method import Empty
from brant.contract.scopes import FULL, parse
from brant.errors import InvalidInput, NotFound, Unauthenticated
from brant.server.domain.accounts.hashes import digest
from brant.server.domain.accounts.tokens import issue
from brant.server.domain.actor import Actor, Context
from brant.server.store.tables import grants, tokens
from tests.server.domain.conftest import PlainLinks, World, without_token


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


def grant(world: World, actor: Actor, client_id: str = "kagglesdk") -> int:
    """What an application gets when its user allows it."""
    with world.services.db.write() as connection:
        made: int = connection.execute(
            sa.insert(grants)
            .values(user_id=actor.user_id, client_id=client_id, scopes="datasets.get:*", created=world.now)
            .returning(grants.c.id)
        ).scalar_one()
    return made


def granted(world: World, actor: Actor, grant_id: int, kind: Literal["access", "refresh"] = "access") -> str:
    """One more token of a grant."""
    with world.services.db.write() as connection:
        return issue(
            connection,
            kind=kind,
            user_id=actor.user_id,
            now=world.now,
            lifetime=timedelta(hours=3),
            scopes=parse("datasets.get:*"),
            grant_id=grant_id,
        )


def active(world: World, token: str) -> bool:
    request = IntrospectTokenRequest(token=token)
    return world.services.tokens.introspect(world.context(None), request).active


def test_a_token_allows_what_it_was_made_for(world: World, ada: Actor) -> None:
    few = parse("datasets.get:ada/penguins kernels.viewer:*")
    token = world.services.tokens.make_token("ada", world.now, scopes=few)
    key = world.services.tokens.make_key("ada", world.now)
    small_key = world.services.tokens.make_key("ada", world.now, scopes=few)

    actor = world.services.tokens.bearer(token, world.now)
    assert actor is not None
    assert actor.scopes == few
    for made, scopes in ((key, FULL), (small_key, few)):
        held = world.services.tokens.basic("ada", made, world.now)
        assert held is not None
        assert held.scopes == scopes


def test_the_list_of_tokens_shows_what_lives(world: World, ada: Actor, bob: Actor) -> None:
    tokens_ = world.services.tokens
    tokens_.make_token("bob", world.now)
    tokens_.make_token("ada", world.now, lifetime=timedelta(minutes=1))
    key = tokens_.make_key("ada", world.now, label="  my laptop ")
    world.later(minutes=1)
    tokens_.make_token("ada", world.now, label="ci", scopes=parse("datasets.get:*"))
    tokens_.make_token("ada", world.now, label="revoked")
    tokens_.revoke(ada.user_id, tokens_.of(ada.user_id, world.now)[0].id, world.now)
    theirs = grant(world, ada, "org:acme")
    granted(world, ada, theirs)
    granted(world, ada, theirs, "refresh")
    tokens_.basic("ada", key, world.now)

    rows = tokens_.of(ada.user_id, world.now)

    assert [(row.kind, row.label, row.client_id) for row in rows] == [
        ("access", "", "org:acme"),
        ("access", "ci", None),
        ("key", "my laptop", None),
    ]
    assert [row.last_used for row in rows] == [None, None, world.now]
    assert [row.expires for row in rows] == [world.now + timedelta(hours=3), None, None]
    assert rows[1].scopes == parse("datasets.get:*")


@pytest.mark.parametrize("label", ["x" * 101, "two\nlines", "\x1b[31m", "\u202e"])
def test_a_label_that_pretends_is_refused(world: World, ada: Actor, label: str) -> None:
    with pytest.raises(InvalidInput, match="label"):
        world.services.tokens.make_token("ada", world.now, label=label)


def test_tokens_look_as_they_are_promised(world: World, ada: Actor) -> None:
    made = grant(world, ada)
    assert re.fullmatch(r"KGAT_[\w-]{43}", granted(world, ada, made))
    assert re.fullmatch(r"KGRT_[\w-]{64}", granted(world, ada, made, "refresh"))


def test_a_refresh_token_is_no_access_token_and_no_key(world: World, ada: Actor) -> None:
    token = granted(world, ada, grant(world, ada), "refresh")
    assert world.services.tokens.bearer(token, world.now) is None
    assert world.services.tokens.key(token, world.now) is None
    assert world.services.tokens.basic("ada", token, world.now) is None


def test_a_revoked_grant_is_the_end_of_all_its_tokens(world: World, ada: Actor) -> None:
    made, other = grant(world, ada), grant(world, ada)
    family = [granted(world, ada, made), granted(world, ada, made), granted(world, ada, made, "refresh")]
    apart = granted(world, ada, other)
    assert [active(world, token) for token in (*family, apart)] == [True] * 4

    with world.services.db.write() as connection:
        connection.execute(sa.update(grants).where(grants.c.id == made).values(revoked=world.now))

    assert [active(world, token) for token in (*family, apart)] == [False] * 3 + [True]
    assert [world.services.tokens.bearer(token, world.now) for token in family] == [None] * 3
    assert [row.id for row in world.services.tokens.of(ada.user_id, world.now)] == [4]


@pytest.mark.parametrize("shown", ["access", "refresh", "by its id"])
def test_a_token_of_a_grant_takes_the_grant_with_it(world: World, ada: Actor, shown: str) -> None:
    made = grant(world, ada)
    access, refresh = granted(world, ada, made), granted(world, ada, made, "refresh")
    mine = world.services.tokens.make_token("ada", world.now)
    request = {
        "access": ExpireApiTokenRequest(token=access),
        "refresh": ExpireApiTokenRequest(token=refresh),
        "by its id": ExpireApiTokenRequest(token_id=world.services.tokens.of(ada.user_id, world.now)[1].id),
    }[shown]

    world.services.tokens.expire(world.context(ada), request)

    assert [active(world, token) for token in (access, refresh, mine)] == [False, False, True]


def test_a_replaced_refresh_token_is_not_active_but_still_ends_its_grant(world: World, ada: Actor) -> None:
    made = grant(world, ada)
    old, new = granted(world, ada, made, "refresh"), granted(world, ada, made, "refresh")
    with world.services.db.write() as connection:
        connection.execute(sa.update(tokens).where(tokens.c.hash == digest(old)).values(replaced=world.now))
    assert [active(world, token) for token in (old, new)] == [False, True]

    world.services.tokens.expire(world.context(ada), ExpireApiTokenRequest(token=old))
    assert not active(world, new)


def test_introspection_tells_of_refresh_tokens_and_of_the_application(world: World, ada: Actor) -> None:
    made = grant(world, ada, "org:acme")
    for kind in ("access", "refresh"):
        request = IntrospectTokenRequest(token=granted(world, ada, made, kind))
        seen = world.services.tokens.introspect(world.context(None), request)
        assert (seen.active, seen.client_id, seen.scope) == (True, "org:acme", "datasets.get:*")
        assert (seen.username, seen.user_id) == ("ada", ada.user_id)
        assert seen.exp == int((world.now + timedelta(hours=3)).timestamp())


def test_introspection_tells_nothing_of_a_key(world: World, ada: Actor) -> None:
    assert not active(world, world.services.tokens.make_key("ada", world.now))


@pytest.mark.parametrize("by", ["value", "id"])
def test_nobody_revokes_the_token_of_another(world: World, ada: Actor, bob: Actor, by: str) -> None:
    token = world.services.tokens.make_token("ada", world.now)
    made = grant(world, ada)
    access = granted(world, ada, made)

    for number, value in enumerate((token, access), 1):
        request = (
            ExpireApiTokenRequest(token=value) if by == "value" else ExpireApiTokenRequest(token_id=number)
        )
        with pytest.raises(NotFound):
            world.services.tokens.expire(world.context(bob), request)
        with pytest.raises(NotFound):
            world.services.tokens.revoke(bob.user_id, number, world.now)

    assert world.bearer(token) == ada
    assert active(world, access)


@pytest.mark.parametrize(
    "words", [{}, {"token": ""}, {"token": "KGAT_none"}, {"token": "\ud800"}, {"token_id": 99}]
)
def test_revoking_no_token_revokes_none(world: World, ada: Actor, words: dict[str, Any]) -> None:
    token = world.services.tokens.make_token("ada", world.now)
    with pytest.raises(NotFound):
        world.services.tokens.expire(world.context(ada), ExpireApiTokenRequest(**words))
    assert world.bearer(token) == ada


def test_many_who_revoke_at_once_all_succeed_and_the_first_time_stays(world: World, ada: Actor) -> None:
    made = grant(world, ada)
    token = granted(world, ada, made)
    first = world.now

    def revoke(seconds: int) -> None:
        context = Context(ada, first + timedelta(seconds=seconds), PlainLinks())
        world.services.tokens.expire(context, ExpireApiTokenRequest(token=token))

    revoke(0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(revoke, range(1, 33)))

    with world.services.db.read() as connection:
        assert connection.scalar(sa.select(tokens.c.revoked)) == first
        assert connection.scalar(sa.select(grants.c.revoked)) == first
    assert not active(world, token)


def test_a_token_that_is_used_and_revoked_at_once_ends(world: World, ada: Actor) -> None:
    for _ in range(10):
        made = [world.services.tokens.make_token("ada", world.now) for _ in range(4)]
        world.later(minutes=2)  # so that each use is noted, too
        with ThreadPoolExecutor(8) as pool:
            for token in made:
                for _ in range(3):
                    pool.submit(world.services.tokens.bearer, token, world.now)
                request = ExpireApiTokenRequest(token=token)
                pool.submit(world.services.tokens.expire, world.context(ada), request)
        assert [world.bearer(token) for token in made] == [None] * 4


def test_a_key_that_comes_with_the_wrong_name_does_not_count_as_used(
    world: World, ada: Actor, bob: Actor
) -> None:
    key = world.services.tokens.make_key("ada", world.now)
    assert world.services.tokens.basic("bob", key, world.now) is None
    assert [row.last_used for row in world.services.tokens.of(ada.user_id, world.now)] == [None]
    assert without_token(world.services.tokens.key(key, world.now)) == ada
