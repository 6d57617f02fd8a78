"""Passwords: which ones are taken, what is kept of them, and how much work they can cause at once."""

import threading
from queue import SimpleQueue
from typing import Any

import pytest
from argon2 import PasswordHasher

from brant.errors import InvalidInput, RateLimited
from brant.server.domain.accounts.passwords import Passwords
from tests.server.domain.conftest import CountingHasher

# An e with its accent as one character, and as two.
COMPOSED, TYPED_APART = "caf\u00e9 cr\u00e8me", "cafe\u0301 cre\u0300me"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(CountingHasher())


@pytest.mark.parametrize(
    "password", ["ten chars.", "x" * 1000, "\U0001f9a2" * 10, COMPOSED, "a\x00b\nc d e f"]
)
def test_a_password_of_10_to_1000_characters_is_taken(passwords: Passwords, password: str) -> None:
    stored = passwords.hash(password)
    assert passwords.matches(password, stored)
    assert not passwords.matches(password + "x", stored)
    assert not passwords.matches(password.swapcase() + "?", stored)


@pytest.mark.parametrize(
    "password",
    ["", "nine char", "x" * 1001, "x" * 5000, "e\u0301" * 9, "\ufdfa" * 900, "broken \ud800 surrogate"],
    ids=["empty", "9", "1001", "5000", "9 with their accents apart", "more once normalized", "broken"],
)
def test_any_other_password_is_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(InvalidInput, match="10 to 1000 characters"):
        passwords.hash(password)


def test_keyboards_may_differ_in_how_they_put_an_accent(passwords: Passwords) -> None:
    assert passwords.matches(TYPED_APART, passwords.hash(COMPOSED))
    assert passwords.matches(COMPOSED, passwords.hash(TYPED_APART))


def test_the_end_of_a_long_password_counts(passwords: Passwords) -> None:
    stored = passwords.hash("x" * 999 + "y")
    assert not passwords.matches("x" * 999 + "z", stored)
    assert not passwords.matches("x" * 999 + "yy", stored)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001, "x" * 100_000, "\ud800", "right password"])
@pytest.mark.parametrize("stored", ["right", "none", "damaged"])
def test_every_comparison_is_the_same_work(password: str, stored: str) -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    kept = {"right": passwords.hash("right password"), "none": None, "damaged": None}[stored]
    hasher.runs = 0

    assert passwords.matches(password, kept) == (password == "right password" and stored == "right")

    assert hasher.runs == 1


def test_a_damaged_hash_matches_nothing(passwords: Passwords) -> None:
    assert not passwords.matches("right password", "$argon2id$nonsense")


def test_a_hash_says_when_it_was_made_with_other_parameters(passwords: Passwords) -> None:
    assert not passwords.is_outdated(passwords.hash("right password"))
    assert passwords.is_outdated(CountingHasher(time_cost=2).hash("right password"))


def test_the_default_is_what_rfc_9106_recommends() -> None:
    stored = Passwords().hash("right password")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=2$")
    assert Passwords().matches("right password", stored)


class Stopped(PasswordHasher):
    """Does not end before it is let go; tells how many ran at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.running = self.most = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.go.wait(30)
        with self.lock:
            self.running -= 1
        return super().hash(password, salt=salt)


def test_two_run_at_once_eight_wait_and_others_are_told_to_come_again() -> None:
    hasher = Stopped()
    passwords = Passwords(hasher)
    ended: SimpleQueue[Any] = SimpleQueue()

    def sign_in() -> None:
        try:
            ended.put(passwords.matches("right password", None))
        except RateLimited as error:
            ended.put(error)

    threads = [threading.Thread(target=sign_in) for _ in range(12)]
    for thread in threads:
        thread.start()
    refused = [ended.get(timeout=30) for _ in range(2)]
    hasher.go.set()
    for thread in threads:
        thread.join()

    assert [(type(error), error.retry_after) for error in refused] == [(RateLimited, 1)] * 2
    assert [ended.get() for _ in range(10)] == [False] * 10
    assert hasher.most == 2
    assert passwords.matches("right password", passwords.hash("right password"))
