"""Downloads that are killed, and two at once: real processes on one destination."""

import hashlib
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from brant.errors import Conflict
from brant.transfer.download import download
from brant.transfer.http.pool import Pool
from tests.transfer.partials import beginning, proven
from tests.transfer.peer import Blob, Exchange, peer

MIB = 1024 * 1024
BUFFER = MIB // 2
DATA = random.Random(8).randbytes(6 * MIB)
BLOB = Blob(DATA, with_md5=False)

CHILD = """
import sys
from pathlib import Path
from brant.errors import BrantError
from brant.transfer.download import download
from brant.transfer.http.pool import Pool
try:
    print(download(Pool(), sys.argv[1], Path(sys.argv[2])).resumed_from)
except BrantError as error:
    sys.exit(error.message)
"""


def start(url: str, target: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(target)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class Held:
    """Sends a part, then waits to be let go: so a test can act while a download is under way."""

    def __init__(self, count: int) -> None:
        self.reached = threading.Event()
        self.release = threading.Event()
        self._count = count

    def __call__(self, exchange: Exchange) -> None:
        def hold(_: Exchange) -> None:
            self.reached.set()
            self.release.wait(30)
            exchange.hang_up()

        BLOB.up_to(self._count, then=hold)(exchange)


def wait_for_bytes(target: Path, size: int) -> None:
    pause = threading.Event()
    for _ in range(3000):
        if len(beginning(target)) >= size:
            return
        pause.wait(0.01)
    raise AssertionError(f"{target} never had {size} bytes")


@pytest.mark.parametrize("count", [1, MIB, 3 * MIB + 12345])
def test_a_killed_process_is_taken_over_by_the_next(tmp_path: Path, count: int) -> None:
    target = tmp_path / "data.bin"
    held = Held(count)
    with peer(held, BLOB) as server:
        process = start(server.url(), target)
        assert held.reached.wait(30)
        # What has been written by now; the rest of the last buffer is still in memory.
        wait_for_bytes(target, count // BUFFER * BUFFER)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        held.release.set()
        # The first process may have had several connections.
        kept, first_gap = sum(map(len, proven(target).values())), len(beginning(target))
        assert not target.exists()
        second = start(server.url("/again"), target)
        assert second.communicate()[0].strip() == str(kept)
        asked = next(request for request in server.requests if request.target == "/again")
        assert asked.headers.get("range", "bytes=0-").startswith(f"bytes={first_gap}-")
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(DATA).digest()
    assert list(tmp_path.iterdir()) == [target]


def test_ctrl_c_leaves_every_byte_that_came(tmp_path: Path) -> None:
    target = tmp_path / "data.bin"
    held = Held(2 * MIB + 500)
    with peer(held, BLOB) as server:
        process = start(server.url(), target)
        assert held.reached.wait(30)
        wait_for_bytes(target, 2 * MIB)
        process.send_signal(signal.SIGINT)
        process.communicate()
        held.release.set()
        kept = sum(map(len, proven(target).values()))
        assert kept >= 2 * MIB
        with Pool() as pool:
            assert download(pool, server.url(), target).resumed_from == kept
    assert target.read_bytes() == DATA


def test_a_second_process_is_told_who_is_at_it(tmp_path: Path) -> None:
    target = tmp_path / "data.bin"
    held = Held(2 * MIB)
    with peer(held, BLOB) as server:
        first = start(server.url(), target)
        assert held.reached.wait(30)
        second = start(server.url("/the-second"), target)
        says = second.communicate()[1]
        assert second.returncode == 1
        assert f"(pid {first.pid})" in says
        assert str(target) in says
        assert "/the-second" not in [request.target for request in server.requests]
        held.release.set()
        assert first.communicate()[0].strip() == "0"
    assert target.read_bytes() == DATA
    assert list(tmp_path.iterdir()) == [target]


def test_two_threads_of_one_process_do_not_mix_either(tmp_path: Path, pool: Pool) -> None:
    target = tmp_path / "data.bin"
    held = Held(MIB)
    with peer(held, BLOB) as server:
        thread = threading.Thread(target=download, args=(pool, server.url(), target))
        thread.start()
        assert held.reached.wait(30)
        with pytest.raises(Conflict):
            download(pool, server.url(), target)
        held.release.set()
        thread.join()
    assert target.read_bytes() == DATA
