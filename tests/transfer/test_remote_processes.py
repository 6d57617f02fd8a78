"""Unpacking from a server by processes of their own: killed, stopped, and measured."""

import json
import random
import signal
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest

from brant.errors import Conflict
from tests.transfer.forged import Forged, forged
from tests.transfer.peer import Blob, Exchange, Peer, peer
from tests.transfer.remotes import MIB, contents, csv, files, get, noise, packed, spans, stored

MEMBERS = [
    *(packed(f"rows/{number}.csv", csv(number, 40_000)) for number in range(60)),
    packed("large.csv", csv(61, 6 * MIB)),
    stored("large.bin", noise(62, 4 * MIB)),
    packed("larger.csv", csv(63, 18 * MIB)),
]
ARCHIVE = Blob(forged(*MEMBERS), with_md5=False)

CHILD = """
import sys
from pathlib import Path
from brant.errors import BrantError
from brant.transfer.http.pool import Pool
from brant.transfer.unpacking.remote import unpack
try:
    unpack(Pool(), sys.argv[1], Path(sys.argv[2]), name="penguins.zip")
except BrantError as error:
    sys.exit(error.message)
"""


def start(url: str, into: Path, code: str = CHILD) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, url, str(into)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class Metered:
    """Serves so many bytes of bodies in all, to all connections together; then `reached`, and no more."""

    def __init__(self, budget: int) -> None:
        self.reached = threading.Event()
        self.release = threading.Event()
        self._left = budget
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> None:
        exchange.read_body()
        code, start, stop, headers = ARCHIVE.plan(exchange.request)
        exchange.head(code, headers)
        while start < stop:
            with self._lock:
                count = min(64 * 1024, stop - start, self._left)
                self._left -= count
            exchange.send(ARCHIVE.data[start : start + count])
            start += count
            if not self._left:
                self.reached.set()
                self.release.wait(30)
                exchange.hang_up()
                return


def kept(into: Path) -> list[tuple[int, int]]:
    """The ranges of the archive that are proven to be on disk, read without the code that wrote them."""
    found = []
    for path in into.rglob("*.brant-partial"):
        journal = path.with_name(path.name.replace("partial", "journal")).read_bytes()
        lines = [json.loads(line) for line in journal.split(b"\n")[:-1]]
        layout = next((line["layout"] for line in reversed(lines) if "layout" in line), {})
        data = path.read_bytes()
        for line in lines:
            if "at" in line:
                at, to = line["at"] + layout["base"], line["to"] + layout["base"]
                if zlib.crc32(data[at:to]) == line["crc32"] and to <= len(data):
                    found.append((line["at"] + layout["start"], line["to"] + layout["start"]))
    return found


def size_of(found: list[tuple[int, int]]) -> int:
    return sum(stop - start for start, stop in found)


def asked_twice(server: Peer, had: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What was asked for though it was there. One byte is looked at again, of what nothing is missing of."""
    return [
        (start, stop)
        for start, stop in spans(server)
        for begin, end in had
        if max(start, begin) < min(stop, end) and stop - start > 1
    ]


@pytest.mark.parametrize("seed", range(8))
def test_a_process_killed_at_any_moment_is_taken_over_by_the_next(tmp_path: Path, seed: int) -> None:
    into, wanted = tmp_path / "out", contents(*MEMBERS)
    metered = Metered(random.Random(seed).randrange(1, len(ARCHIVE.data)))
    with peer(metered) as server:
        process = start(server.url(), into)
        assert metered.reached.wait(30)
        process.kill()
        process.communicate()
        metered.release.set()
    whole = {name: data for name, data in files(into).items() if name in wanted}
    assert whole == {name: wanted[name] for name in whole}
    had = kept(into)
    with peer(ARCHIVE) as server:
        again = get(server, into)
        assert asked_twice(server, had) == []
    assert {each.path for each in again if not each.fresh} == set(whole)
    assert files(into) == wanted


def test_ctrl_c_leaves_what_came_of_a_large_member(tmp_path: Path) -> None:
    into, pause = tmp_path / "out", threading.Event()
    metered = Metered(6 * MIB)
    with peer(metered) as server:
        process = start(server.url(), into, CHILD.replace("name=", "select='larger.csv'.__eq__, name="))
        assert metered.reached.wait(30)
        # The rest may still be on its way.
        assert any(size_of(kept(into)) > 3 * MIB or pause.wait(0.02) for _ in range(1000))
        before = kept(into)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        metered.release.set()
    had = kept(into)
    assert set(before) <= set(had)
    assert not (into / ".brant-unpacking").exists()
    with peer(ARCHIVE) as server:
        get(server, into)
        assert asked_twice(server, had) == []
    assert files(into) == contents(*MEMBERS)


def test_a_second_process_is_told_who_is_at_it(tmp_path: Path) -> None:
    into = tmp_path / "out"
    metered = Metered(5 * MIB)
    with peer(metered) as server:
        process = start(server.url(), into)
        assert metered.reached.wait(30)
        with pytest.raises(Conflict, match=f"pid {process.pid}"):
            get(server, into)
        process.kill()
        process.communicate()
        metered.release.set()


MEASURED = r"""
import json, os, re, sys, threading
from pathlib import Path
from brant.transfer.http.pool import Pool
from brant.transfer.unpacking.remote import unpack

into, most, over = Path(sys.argv[2]), 0, threading.Event()

def measure():
    global most
    while not over.wait(0.002):
        used = 0
        for folder, _, names in os.walk(into):
            for name in names:
                try:
                    used += os.stat(os.path.join(folder, name)).st_blocks * 512
                except FileNotFoundError:
                    pass
        most = max(most, used)

thread = threading.Thread(target=measure)
thread.start()
with Pool() as pool:
    unpack(pool, sys.argv[1], into, name="penguins.zip")
over.set()
thread.join()
memory = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps({"disk": most, "memory": memory}))
"""


def test_the_disk_takes_little_more_than_the_files_and_the_memory_little_at_all(tmp_path: Path) -> None:
    # Hardly compressible: archive and files together would take twice the room.
    data = csv(71, 24 * MIB)
    machine = zlib.compressobj(1, zlib.DEFLATED, -15)
    raw = machine.compress(data) + machine.flush()
    members = [
        *(Forged(b"%d.csv" % number, data, packed=raw) for number in range(5)),
        *(packed(f"rows/{number}.csv", csv(number, MIB)) for number in range(5)),
    ]
    total = sum(len(each.data) for each in members)
    with peer(Blob(forged(*members), with_md5=False)) as server:
        out, err = start(server.url(), tmp_path / "out", MEASURED).communicate()
    assert not err
    found = json.loads(out)
    # Else both together would not be more than that either.
    assert sum(len(each.bytes_of()) for each in members) > 70 * MIB
    assert found["disk"] < total + 65 * MIB
    assert found["memory"] < 60e6
    assert files(tmp_path / "out") == contents(*members)
