"""Users: their names, their passwords, and signing in."""

import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from brant.errors import BrantError, Conflict, InvalidInput, NotFound, RateLimited, Unauthenticated
from brant.server.domain.accounts import User
from brant.server.domain.accounts.passwords import Passwords
from brant.server.domain.actor import Actor
from brant.server.domain.services import Services
from tests.server.domain.conftest import CountingHasher, World

PASSWORD = "a swan, crossing"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def grace(world: World) -> User:
    return world.services.users.add("grace", world.now, password=PASSWORD)


@pytest.mark.parametrize(
    "name", ["", "a b", "-ada", "ada-", "a" * 51, "../ada", "ada/x", "api", "signin", "å", "\ud800", "ada\n"]
)
def test_a_bad_user_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidInput, match="user name"):
        world.services.users.add(name, world.now)


def test_a_user_name_is_taken_once_whatever_its_case(world: World, ada: Actor) -> None:
    with pytest.raises(Conflict, match="already"):
        world.services.users.add("ADA", world.now)
    assert [user.name for user in world.services.users.all()] == ["ada"]


def test_a_user_has_no_name_that_an_organization_has(world: World, ada: Actor) -> None:
    world.services.organizations.create("acme", "Acme", ada.user_id, world.now)
    with pytest.raises(Conflict, match="organization 'acme'"):
        world.services.users.add("Acme", world.now)


def test_of_many_who_take_a_name_at_once_one_gets_it(world: World, ada: Actor) -> None:
    services, together = world.services, threading.Barrier(8)

    def take(number: int) -> BrantError | None:
        together.wait(30)
        try:
            if number % 2:
                services.users.add("penguin", world.now)
            else:
                services.organizations.create("penguin", "Penguin", ada.user_id, world.now)
        except Conflict as error:
            return error
        return None

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(take, range(8)))

    assert ended.count(None) == 1
    taken = [user.name for user in services.users.all()] + [one.slug for one in services.organizations.all()]
    assert sorted(taken) == ["ada", "penguin"]


def test_users_are_found_by_name_and_by_id(world: World, grace: User) -> None:
    assert world.services.users.find("Grace") == grace
    assert world.services.users.by_id(grace.id) == grace
    assert world.services.users.find("nobody") is None
    assert world.services.users.find("\ud800") is None
    assert world.services.users.by_id(grace.id + 1) is None


def test_a_user_signs_in_with_their_password(world: World, grace: User) -> None:
    assert grace.has_password
    assert world.services.users.sign_in(" Grace ", PASSWORD, HERE, world.now) == grace


def test_a_refused_password_makes_no_user(world: World) -> None:
    with pytest.raises(InvalidInput, match="10 to 1000"):
        world.services.users.add("grace", world.now, password="short")
    assert world.services.users.all() == []


def test_a_new_password_takes_the_place_of_the_old_one(world: World, grace: User, ada: Actor) -> None:
    world.services.users.set_password(grace.id, "another password")
    world.services.users.set_password(ada.user_id, "a first password")

    assert world.services.users.sign_in("grace", "another password", HERE, world.now) == grace
    assert world.services.users.sign_in("ada", "a first password", HERE, world.now).name == "ada"
    with pytest.raises(Unauthenticated):
        world.services.users.sign_in("grace", PASSWORD, HERE, world.now)


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(
    world: World, grace: User, ada: Actor
) -> None:
    sessions = world.services.sessions
    mine, other, hers = (sessions.open(number, world.now) for number in (grace.id, grace.id, ada.user_id))

    world.services.users.set_password(grace.id, "another password", keep=mine)
    assert [sessions.find(one, world.now) is not None for one in (mine, other, hers)] == [True, False, True]

    world.services.users.set_password(grace.id, "a third password")
    assert [sessions.find(one, world.now) is not None for one in (mine, other, hers)] == [False, False, True]


def test_nobody_gets_no_password(world: World) -> None:
    with pytest.raises(NotFound):
        world.services.users.set_password(12345, PASSWORD)


def test_who_tries_learns_neither_from_words_nor_from_work_who_there_is(
    world: World, grace: User, ada: Actor
) -> None:
    told = set()
    for number, (name, password) in enumerate(
        [
            ("grace", "a wrong password"),
            ("grace", ""),
            ("grace", "x" * 5000),
            ("grace", "\ud800"),
            ("ada", PASSWORD),  # has none
            ("nobody", PASSWORD),
            ("nobody", ""),
            ("å\ud800", PASSWORD),
            ("x" * 5000, PASSWORD),
            ("' OR 1=1 --", PASSWORD),
        ]
    ):
        world.hasher.runs = 0
        with pytest.raises(Unauthenticated) as refused:
            world.services.users.sign_in(name, password, f"198.51.100.{number}", world.now)
        told.add(refused.value.message)
        assert world.hasher.runs == 1, name
    assert len(told) == 1


def test_who_guesses_waits_whether_or_not_there_is_such_a_user(world: World, grace: User) -> None:
    def answers(name: str, address: str) -> list[tuple[type, str, float | None]]:
        told = []
        for _ in range(10):
            with pytest.raises((Unauthenticated, RateLimited)) as refused:
                world.services.users.sign_in(name, "a wrong password", address, world.now)
            error = refused.value
            told.append((type(error), error.message, getattr(error, "retry_after", None)))
        return told

    known = answers("grace", HERE)
    assert known == answers("nobody", ELSEWHERE)
    assert [kind for kind, *_ in known] == [Unauthenticated] * 5 + [RateLimited] * 5


def test_a_hundred_guesses_at_once_are_five(world: World, grace: User) -> None:
    world.hasher.runs = 0

    def guess(number: int) -> type:
        with pytest.raises((Unauthenticated, RateLimited)) as refused:
            world.services.users.sign_in("grace", f"guess number {number}", HERE, world.now)
        return type(refused.value)

    with ThreadPoolExecutor(5) as pool:
        ended = list(pool.map(guess, range(100)))

    assert ended.count(Unauthenticated) == 5
    assert world.hasher.runs == 5


def test_a_guesser_does_not_keep_the_user_out(world: World, grace: User) -> None:
    for _ in range(50):
        with pytest.raises((Unauthenticated, RateLimited)):
            world.services.users.sign_in("grace", "a wrong password", ELSEWHERE, world.now)
    assert world.services.users.sign_in("grace", PASSWORD, HERE, world.now) == grace


def test_an_old_hash_is_made_anew_when_its_user_signs_in(world: World, grace: User) -> None:
    hasher = CountingHasher(time_cost=2)
    later = Services.open(world.data, Passwords(hasher))
    try:
        assert later.users.sign_in("grace", PASSWORD, HERE, world.now) == grace
        assert hasher.runs == 2
        assert later.users.sign_in("grace", PASSWORD, HERE, world.now) == grace
        assert hasher.runs == 3
        with pytest.raises(Unauthenticated):
            later.users.sign_in("grace", "a wrong password", HERE, world.now)
    finally:
        later.close()


class Interrupting(CountingHasher):
    """Something happens while it makes a hash."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__(time_cost=2)
        self.happens = happens

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.happens()
        return super().hash(password, salt=salt)


def test_making_a_hash_anew_does_not_bring_an_old_password_back(world: World, grace: User) -> None:
    change = Interrupting(lambda: world.services.users.set_password(grace.id, "another password"))
    later = Services.open(world.data, Passwords(change))
    try:
        later.users.sign_in("grace", PASSWORD, HERE, world.now)
    finally:
        later.close()
    assert world.services.users.sign_in("grace", "another password", HERE, world.now) == grace


def test_an_administrator_who_can_sign_in_is_known(world: World, grace: User) -> None:
    users = world.services.users
    root = users.add("root", world.now, is_admin=True)
    assert not users.has_admin_with_password()
    users.set_password(root.id, PASSWORD)
    assert users.has_admin_with_password()


def test_of_every_secret_only_a_hash_is_kept(world: World, grace: User) -> None:
    services = world.services
    accented = unicodedata.normalize("NFC", "cre\u0300me bru\u0302le\u0301e")
    services.users.set_password(grace.id, accented)
    secrets: list[str] = [
        PASSWORD,
        accented,
        services.sessions.open(grace.id, world.now),
        services.tokens.make_token("grace", world.now),
        services.tokens.make_key("grace", world.now),
        world.start(Actor(grace.id, "grace"), "a.csv", 3),
    ]
    makers: list[Callable[[], object]] = [
        lambda: services.users.sign_in("grace", accented, HERE, world.now),
        lambda: services.users.sign_in("grace", "a wrong password that is not kept", HERE, world.now),
    ]
    for make in makers:
        try:
            make()
        except Unauthenticated:
            secrets.append("a wrong password that is not kept")
    services.close()

    stored = b"".join(path.read_bytes() for path in world.data.glob("brant.sqlite3*"))
    assert b"grace" in stored
    assert b"$argon2id$" in stored
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret.removeprefix("KGAT_").encode() not in stored


def test_the_last_administrator_stays_one_even_if_two_end_each_other_at_once(world: World) -> None:
    services, together = world.services, threading.Barrier(2)
    two = [services.users.add(name, world.now, is_admin=True) for name in ("root", "reeve")]

    def end(user: User) -> bool:
        together.wait(30)
        try:
            services.users.set_admin(user.id, is_admin=False)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, two)) == [False, True]
    assert [user.is_admin for user in services.users.all()].count(True) == 1
