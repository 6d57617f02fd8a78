"""Who fetches which part of a file is settled before anybody begins."""

from pathlib import Path

import pytest

from brant.transfer.connections.fleet import Again, Lane
from brant.transfer.connections.ranged import Ranged
from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Partial
from brant.transfer.http.pool import Pool
from brant.transfer.http.source import Source
from tests.transfer.peer import Blob, peer


@pytest.mark.parametrize("adopts", [True, False])
def test_what_an_answer_brings_that_is_here_already_is_not_asked_for_again(
    tmp_path: Path, adopts: bool
) -> None:
    with Pool() as pool, Partial.claim(tmp_path / "penguins.csv") as partial:
        partial.begin(Identity(size=10), Layout(length=10, file_size=10))
        ranged = Ranged(Source(pool, "http://127.0.0.1:9/", "penguins.csv"), partial, adopts=adopts)

        assert (ranged.take() is None) is adopts


def test_bytes_that_come_too_late_are_no_fault_of_the_disk(tmp_path: Path) -> None:
    data = bytes(range(200))
    with peer(Blob(data)) as server, Pool() as pool, Partial.claim(tmp_path / "penguins.csv") as partial:
        identity, layout = Identity('"one"', size=200), Layout(length=200, file_size=200)
        partial.begin(identity, layout)
        errand = Ranged(Source(pool, server.url(), "penguins.csv"), partial).take()
        assert errand is not None
        partial.begin(identity, layout)

        with pytest.raises(Again, match="no longer being written"):
            errand(Lane())

        assert partial.held.total == 0
