"""When to ask again, and after how long."""

import pytest

from brant.transfer.http.retry import LONGEST_WAIT, RetryPolicy, http_date, retry_after

NOW = 1_700_000_000.0


def test_delays_grow_by_doubling_up_to_the_cap_and_end_with_the_attempts() -> None:
    delays = RetryPolicy(attempts=6, base=1, cap=5).delays(lambda: 1.0)
    assert [delays.next() for _ in range(6)] == [1, 2, 4, 5, 5, None]


def test_jitter_is_full() -> None:
    policy = RetryPolicy(base=8, cap=8)
    assert policy.delays(lambda: 0.0).next() == 0
    assert policy.delays(lambda: 0.25).next() == 2


def test_the_peers_own_wish_is_a_floor_under_the_jitter() -> None:
    policy = RetryPolicy(base=1, cap=4)
    assert policy.delays(lambda: 0.0).next(7) == 7
    assert policy.delays(lambda: 1.0).next(7) == 8
    assert policy.delays(lambda: 1.0).next(0.5) == 1.5


def test_a_wish_beyond_the_budget_ends_it() -> None:
    delays = RetryPolicy(attempts=9, base=1, cap=1, budget=10).delays(lambda: 0.0)
    assert delays.next(8) == 8
    assert delays.next(3) is None


def test_jitter_never_takes_a_wait_that_fits_beyond_the_budget() -> None:
    delays = RetryPolicy(base=8, budget=10).delays(lambda: 1.0)
    assert delays.next(6) == 10
    assert delays.next() is None


def test_what_is_refused_as_too_much_ends_with_the_budget_alone() -> None:
    delays = RetryPolicy(attempts=2, base=1, cap=4, budget=30).delays(lambda: 0.0)
    assert [delays.next(10, limited=True) for _ in range(4)] == [10, 10, 10, None]
    assert delays.waited == 30


def test_a_refusal_is_no_failed_attempt() -> None:
    delays = RetryPolicy(attempts=2, base=1).delays(lambda: 1.0)
    assert [delays.next(limited=True), delays.next(limited=True), delays.next()] == [1, 2, 4]
    assert delays.next() is None


def test_progress_starts_the_count_anew() -> None:
    delays = RetryPolicy(attempts=2, base=1).delays(lambda: 1.0)
    assert delays.next() == 1
    delays.progressed()
    assert delays.next() == 1
    assert delays.next() is None


def test_progress_gives_the_budget_back() -> None:
    delays = RetryPolicy(budget=10).delays(lambda: 0.0)
    assert delays.next(9) == 9
    delays.progressed()
    assert delays.next(9) == 9


def test_one_attempt_means_no_second_one() -> None:
    assert RetryPolicy(attempts=1).delays(lambda: 0.5).next() is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", 1.5),
        ("5, 10", None),
        ("٣", None),
        ("nan", None),
        ("1e9", None),
        ("9" * 400, LONGEST_WAIT),
        ("Tue, 14 Nov 2999 22:13:50 GMT", LONGEST_WAIT),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value", ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
def test_every_form_of_an_http_date_is_utc(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert http_date(value) == 784_111_777


@pytest.mark.parametrize("value", ["", "yesterday", "Sun, 06 Nov 99999999 08:49:37 GMT", None])
def test_what_is_no_date_is_none(value: str | None) -> None:
    assert http_date(value) is None
