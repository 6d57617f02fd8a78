"""A pool with deadlines that no healthy answer comes near, and waits that cost no time."""

from collections.abc import Callable, Iterator

import pytest

from brant.transfer.http.pool import Pool, TransportSettings


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(TransportSettings(read_timeout=10)) as made:
        yield made


class Waits(list[float]):
    """Stands where `sleep` would: notes the seconds, and goes on at once."""

    @property
    def sleep(self) -> Callable[[float], None]:
        return self.append


@pytest.fixture
def waits() -> Waits:
    return Waits()
