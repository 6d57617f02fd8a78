"""Work on a few threads: all of it, or up to the first failure."""

from collections.abc import Iterator
from threading import Barrier, get_ident

import pytest

from brant.client.parallel import for_each


def test_every_item_is_worked_on_once() -> None:
    seen: list[int] = []

    for_each(range(1000), seen.append, workers=4)

    assert sorted(seen) == list(range(1000))


def test_items_are_worked_on_side_by_side() -> None:
    together, threads = Barrier(4, timeout=10), set[int]()

    def work(_: int) -> None:
        together.wait()
        threads.add(get_ident())

    for_each(range(4), work, workers=4)

    assert len(threads) == 4


def test_items_are_taken_only_as_threads_get_free() -> None:
    taken, done = 0, 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(100):
            taken += 1
            assert taken - done <= 2
            yield number

    def work(_: int) -> None:
        nonlocal done
        done += 1

    for_each(items(), work, workers=1)

    assert done == 100


def test_the_first_failure_ends_it() -> None:
    seen: list[int] = []

    def work(number: int) -> None:
        seen.append(number)
        if number == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        for_each(range(1000), work, workers=1)
    assert seen == [0, 1, 2, 3]


def test_a_failure_of_the_source_is_raised_too() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        for_each(items(), lambda _: None, workers=2)
