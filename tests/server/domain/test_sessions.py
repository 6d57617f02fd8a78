"""Sessions: how long a browser stays signed in, and how it is signed out."""

import sqlalchemy as sa

from brant.server.domain.actor import Actor
from brant.server.store.tables import sessions
from tests.server.domain.conftest import World


def name(world: World, value: str) -> str | None:
    user = world.services.sessions.find(value, world.now)
    return None if user is None else user.name


def test_a_session_stands_for_its_user(world: World, ada: Actor, bob: Actor) -> None:
    hers, his = (world.services.sessions.open(actor.user_id, world.now) for actor in (ada, bob))
    assert (name(world, hers), name(world, his)) == ("ada", "bob")
    assert len(hers) >= 43


def test_any_other_cookie_stands_for_nobody(world: World, ada: Actor) -> None:
    value = world.services.sessions.open(ada.user_id, world.now)
    with world.services.db.read() as connection:
        stored = connection.scalar(sa.select(sessions.c.hash))
    for other in ("", value[:-1], value + "x", value.swapcase(), stored, "\ud800", "x" * 100_000):
        assert name(world, str(other)) is None


def test_a_session_ends_after_14_days_without_use(world: World, ada: Actor) -> None:
    value = world.services.sessions.open(ada.user_id, world.now)
    world.later(days=13, hours=23)
    assert name(world, value) == "ada"
    world.later(days=13, hours=23)
    assert name(world, value) == "ada"
    world.later(days=14)
    assert name(world, value) is None


def test_a_session_ends_after_90_days_of_daily_use(world: World, ada: Actor) -> None:
    value = world.services.sessions.open(ada.user_id, world.now)
    for _ in range(89):
        world.later(days=1)
        assert name(world, value) == "ada"
    world.later(hours=23, minutes=59)
    assert name(world, value) == "ada"
    world.later(minutes=1)
    assert name(world, value) is None


def test_its_last_use_is_kept_by_the_minute(world: World, ada: Actor) -> None:
    value, opened = world.services.sessions.open(ada.user_id, world.now), world.now

    def last_seen() -> object:
        with world.services.db.read() as connection:
            return connection.scalar(sa.select(sessions.c.last_seen))

    world.later(seconds=59)
    name(world, value)
    assert last_seen() == opened
    world.later(seconds=1)
    name(world, value)
    assert last_seen() == world.now


def test_a_closed_session_is_over_and_others_are_not(world: World, ada: Actor) -> None:
    one, other = (world.services.sessions.open(ada.user_id, world.now) for _ in range(2))
    world.services.sessions.close(one)
    world.services.sessions.close("none")
    assert (name(world, one), name(world, other)) == (None, "ada")


def test_all_sessions_of_a_user_are_closed_but_the_one_to_keep(world: World, ada: Actor, bob: Actor) -> None:
    opened = [world.services.sessions.open(actor.user_id, world.now) for actor in (ada, ada, bob)]
    world.services.sessions.close_all(ada.user_id, except_=opened[0])
    assert [name(world, value) for value in opened] == ["ada", None, "bob"]
    world.services.sessions.close_all(ada.user_id)
    assert [name(world, value) for value in opened] == [None, None, "bob"]
