"""Guesses: waits that grow for who guesses, and stay short for everybody else."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from brant.errors import RateLimited, Unauthenticated
from brant.server.domain.accounts.guesses import Guesses
from tests.server.domain.conftest import NOON

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def compare(*, right: bool) -> None:
    if not right:
        raise Unauthenticated("wrong")


class Door:
    """Where names and passwords are tried; the right password is `right`."""

    def __init__(self) -> None:
        self.guesses = Guesses()
        self.now = NOON

    def try_(self, name: str, address: str = HERE, *, right: bool = False) -> float:
        """One try; how many seconds there were to wait instead, or 0 where it was looked at."""
        try:
            with self.guesses.attempt(name, address, self.now):
                compare(right=right)
        except Unauthenticated:
            return 0
        except RateLimited as error:
            assert error.retry_after is not None
            return error.retry_after
        return 0

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def tries_within(self, length: timedelta, address: str = HERE) -> int:
        """How many tries of one name a guesser gets who never waits longer than they must."""
        end, made = self.now + length, 0
        while self.now < end:
            seconds = self.try_("ada", address)
            made += not seconds
            self.wait(seconds)
        return made


@pytest.fixture
def door() -> Door:
    return Door()


def test_after_five_wrong_tries_each_wait_is_twice_the_last(door: Door) -> None:
    assert [door.try_("ada") for _ in range(5)] == [0] * 5
    waits = []
    for _ in range(13):
        waits.append(door.try_("ada"))
        door.wait(waits[-1])
        assert door.try_("ada") == 0
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits == sorted(waits)
    assert 600 < waits[-1] <= 900


def test_an_empty_name_is_a_name_like_others(door: Door) -> None:
    assert [door.try_("") for _ in range(6)] == [0] * 5 + [1]


def test_whoever_goes_on_gets_a_few_tries_an_hour(door: Door) -> None:
    door.tries_within(timedelta(hours=1))
    assert 4 <= door.tries_within(timedelta(hours=10)) <= 50


def test_a_try_that_comes_too_early_does_not_count_even_when_it_is_right(door: Door) -> None:
    for _ in range(7):
        door.wait(door.try_("ada"))
    waits = {door.try_("ada", right=True) for _ in range(50)}
    assert len(waits) == 1
    door.wait(waits.pop())
    assert door.try_("ada", right=True) == 0


def test_a_right_try_makes_the_wrong_ones_before_it_good(door: Door) -> None:
    for _ in range(4):
        door.try_("ada")
    door.try_("ada", right=True)
    assert [door.try_("ada") for _ in range(5)] == [0] * 5
    assert door.try_("ada") == 1


def test_wrong_tries_are_forgotten_with_time(door: Door) -> None:
    for _ in range(5):
        door.try_("ada")
    door.wait(5 * 15 * 60)
    assert [door.try_("ada") for _ in range(5)] == [0] * 5


def test_a_stranger_keeps_nobody_out_from_another_address(door: Door) -> None:
    for _ in range(500):
        door.try_("ada", ELSEWHERE)
    assert door.try_("ada", ELSEWHERE) > 0
    assert door.try_("ada", HERE, right=True) == 0


def test_strangers_at_many_addresses_cost_the_owner_of_a_name_seconds_and_nothing_at_home(door: Door) -> None:
    door.try_("ada", HERE, right=True)
    for number in range(5000):
        door.try_("ada", f"10.{number >> 8}.{number & 255}.1")

    assert 0 < door.try_("ada", "10.200.0.1") <= 10  # the guessing itself is slowed
    assert 0 < door.try_("ada", ELSEWHERE) <= 10
    assert door.try_("ada", HERE, right=True) == 0


def test_one_address_that_tries_many_names_is_slowed(door: Door) -> None:
    names = (f"user-{number}" for number in count())
    assert [door.try_(next(names)) for _ in range(20)] == [0] * 20
    assert door.try_(next(names)) == 1
    door.wait(1)
    assert door.try_(next(names)) == 0
    assert door.try_(next(names)) == 2
    assert door.try_(next(names), ELSEWHERE) == 0


def test_signing_in_to_an_account_of_ones_own_buys_no_tries_of_others(door: Door) -> None:
    for number in range(20):
        door.try_(f"user-{number}")
        door.try_("mallory", right=True)
    assert door.try_("ada") > 0


def test_all_of_one_network_of_ipv6_is_one_address(door: Door) -> None:
    waits = [door.try_("ada", f"2001:db8:1:2:{number:x}::1") for number in range(1, 7)]
    assert waits == [0] * 5 + [1]
    assert door.try_("ada", "2001:db8:1:3::1") == 0


def test_an_ipv4_address_is_the_same_in_both_spellings(door: Door) -> None:
    for _ in range(5):
        door.try_("ada", f"::ffff:{HERE}")
    assert door.try_("ada", HERE) == 1


@pytest.mark.parametrize("shared", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "", "not an address"])
def test_behind_a_proxy_where_all_have_one_address_waits_stay_short(door: Door, shared: str) -> None:
    made = door.tries_within(timedelta(hours=1), shared)
    assert 60 < made < 200
    assert door.try_("ada", shared) <= 30
    assert door.try_("bob", shared) <= 10


def test_a_failure_of_ours_is_no_wrong_try(door: Door) -> None:
    for _ in range(50):
        with pytest.raises(OSError, match="disk"), door.guesses.attempt("ada", HERE, door.now):
            raise OSError("disk")
    assert door.try_("ada") == 0


def test_a_flood_of_names_does_not_fill_the_memory(door: Door) -> None:
    for number in range(12_000):
        door.try_(f"user-{number}", f"10.{number >> 8}.{number & 255}.1")
        door.try_(f"user-{number}", f"11.{number >> 8}.{number & 255}.1", right=True)
    assert len(door.guesses._tallies) <= 10_000
    assert len(door.guesses._known) <= 10_000


def test_the_wait_is_told_in_words() -> None:
    guesses = Guesses()
    told = []
    now: datetime = NOON
    for _ in range(40):
        try:
            with guesses.attempt("ada", HERE, now):
                compare(right=False)
        except Unauthenticated:
            pass
        except RateLimited as error:
            told.append(error.message)
            now += timedelta(seconds=error.retry_after or 0)
    assert told[0] == "too many wrong tries: wait 1 second, then try again"
    assert told[1] == "too many wrong tries: wait 2 seconds, then try again"
    assert "minutes" in told[-1]


def test_a_clock_that_is_set_back_shuts_nobody_out(door: Door) -> None:
    door.try_("ada")
    door.wait(-24 * 3600)
    assert [door.try_("ada") for _ in range(4)] == [0] * 4
    door.wait(-24 * 3600)
    assert door.try_("ada") == 1
