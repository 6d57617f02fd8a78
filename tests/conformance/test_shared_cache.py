"""One cache for the libraries of both makers: what one has fetched, the other finds (H5)."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.conformance import contents
from tests.conformance.contents import CSV, LARGE, digests
from tests.conformance.drivers import DRIVERS
from tests.conformance.drivers.base import Refused
from tests.conformance.drivers.hub_functions import HubFunctions
from tests.conformance.drivers.legacy_library import LegacyLibrary
from tests.conformance.drivers.library import Library
from tests.conformance.drivers.official_library import OfficialLibrary
from tests.conformance.place import Served
from tests.conformance.stage import Stage
from tests.conftest import RunningServer

LIBRARIES = [driver for driver in DRIVERS if issubclass(driver, HubFunctions)]
PAIRS = [
    pytest.param(first, second, id=f"{first.name}-then-{second.name}")
    for first, second in permutations(LIBRARIES, 2)
    if Library in (first, second)
]
FILES = {"heights.bin": LARGE, "north/lerwick.csv": CSV}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_what_one_library_has_fetched_the_other_finds(
    first: type[HubFunctions], second: type[HubFunctions], server: RunningServer, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    fetching, finding = _stages(first, second, server, tmp_path)
    handle = fetching.published(FILES)
    with fetching.client_on_a_bad_line(cache) as (client, _):
        folder = client.download(handle)
        file = client.download_file(handle, "north/lerwick.csv")
    with finding.client_on_a_bad_line(cache) as (client, line):
        assert client.download(handle) == folder
        assert client.download_file(handle, "north/lerwick.csv") == file
        assert line.received < len(LARGE) / 10
    assert contents.read(folder) == digests(FILES)


@pytest.mark.parametrize("first", [OfficialLibrary, LegacyLibrary])
def test_what_an_official_library_left_half_done_ours_completes(
    first: type[HubFunctions], server: RunningServer, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    fetching, completing = _stages(first, Library, server, tmp_path)
    handle = fetching.published(FILES)
    with fetching.client_on_a_bad_line(cache) as (client, line):
        line.cut_once(down=len(LARGE) // 2)
        with pytest.raises(Refused):
            client.download(handle)
    with completing.client_on_a_bad_line(cache) as (client, _):
        assert contents.read(client.download(handle)) == digests(FILES)


def _stages(
    first: type[HubFunctions], second: type[HubFunctions], server: RunningServer, tmp_path: Path
) -> tuple[Stage, Stage]:
    stages = []
    for number, driver in enumerate((first, second)):
        room = tmp_path / str(number)
        room.mkdir()
        stages.append(Stage(driver, Served(server), room))
    stages[1].user = stages[0].user
    return stages[0], stages[1]
