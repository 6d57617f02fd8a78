"""Who fetches which part of a file is settled before anybody begins."""

from pathlib import Path

import pytest

from brant.transfer.connections.ranged import Ranged
from brant.transfer.disk.journal import Identity, Layout
from brant.transfer.disk.partial import Partial
from brant.transfer.http.pool import Pool
from brant.transfer.http.source import Source


@pytest.mark.parametrize("adopts", [True, False])
def test_what_an_answer_brings_that_is_here_already_is_not_asked_for_again(
    tmp_path: Path, adopts: bool
) -> None:
    with Pool() as pool, Partial.claim(tmp_path / "penguins.csv") as partial:
        partial.begin(Identity(size=10), Layout(length=10, file_size=10))
        ranged = Ranged(Source(pool, "http://127.0.0.1:9/", "penguins.csv"), partial, adopts=adopts)

        assert (ranged.take() is None) is adopts
