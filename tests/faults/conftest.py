"""One origin, and processes ready to be forked, for all runs of a session."""

from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage() as ready:
        yield ready
