"""Sets the stage for each scenario: handlers of its own, or the server that all processes share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    "tests.conformance.arrange",
    "tests.conformance.contest",
    "tests.conformance.scenarios",
    "tests.conformance.stage",
)

from tests.conformance.drivers.base import Driver  # noqa: E402 - after what has them explain their assertions
from tests.conformance.in_process import Handlers  # noqa: E402
from tests.conformance.place import Served  # noqa: E402
from tests.conformance.stage import Stage  # noqa: E402


@pytest.fixture
def stage(request: pytest.FixtureRequest, driver: type[Driver], tmp_path: Path) -> Iterator[Stage]:
    """The stage for one scenario with one driver."""
    if driver.place_kind() == "handlers":
        (tmp_path / "handlers").mkdir()
        place = Handlers(tmp_path / "handlers")
        yield Stage(driver, place, tmp_path)
        place.close()
    else:
        yield Stage(driver, Served(request.getfixturevalue("server")), tmp_path)
