"""Custom metrics: Kaggle's convention, and what code that means harm, or is only broken, comes to."""

import http.server
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brant.server.jobs import sandbox
from brant.server.scoring.errors import HostError, ParticipantError
from tests.server.jobs.metrics import Bench, metric
from tests.server.jobs.processes import children_of, until


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    for name in ("job", "data"):
        (tmp_path / name).mkdir(mode=0o700)
    before = set(children_of(os.getpid()))  # servers of other tests, say
    yield Bench(tmp_path / "job", tmp_path / "data")
    # Bubblewrap is gone, the kernel follows.
    until(lambda: before >= set(children_of(os.getpid())), "the end of what the sandbox started")


def refused(bench: Bench, code: str, **limits: float) -> HostError:
    """The host's error that the code ends in."""
    with pytest.raises(HostError) as caught:
        bench.run(code, **limits)  # type: ignore[arg-type]
    return caught.value


def found_out(bench: Bench, expression: str, setup: str = "import os") -> str:
    """What the metric can see: it tells it to its participant."""
    code = f"{setup}\nclass ParticipantVisibleError(Exception): pass\n" + metric(
        f"raise ParticipantVisibleError(str({expression}))"
    )
    with pytest.raises(ParticipantError) as caught:
        bench.run(code)
    return caught.value.message


def test_a_metric_gets_both_frames_and_the_name_of_the_column_of_ids(bench: Bench) -> None:
    code = metric("""
        assert list(solution[row_id_column_name]) == list(submission["id"]) == [1, 2]
        return (solution.y - submission.y).abs().mean()
    """)
    assert bench.run(code) == 0.5


def test_any_number_is_a_score(bench: Bench) -> None:
    assert bench.run("import numpy\n" + metric("return numpy.float32(0.25)")) == 0.25
    assert bench.run(metric("return 3")) == 3.0
    assert bench.run(metric("return 0.1 + 0.2")) == 0.1 + 0.2


@pytest.mark.parametrize(
    "define",
    [
        "class ParticipantVisibleError(Exception): pass\n",
        "from kaggle_metric_utilities import ParticipantVisibleError\n",
        "import kaggle_metric_utilities as k\nclass ParticipantVisibleError(k.HostVisibleError): pass\n",
    ],
)
def test_an_error_for_the_participant_reaches_them_in_words(bench: Bench, define: str) -> None:
    with pytest.raises(ParticipantError) as caught:
        bench.run(define + metric("raise ParticipantVisibleError('y must not be 4')"))
    assert caught.value.message == "y must not be 4"


def test_any_other_error_is_the_hosts_with_its_traceback_alone(bench: Bench) -> None:
    error = refused(bench, metric("return solution.z.mean()"))
    assert error.message == "the metric failed: AttributeError"
    assert 'File "metric.py", line 2, in score\n    return solution.z.mean()' in error.detail
    assert "inside.py" not in error.detail


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "defines no function score"),
        ("score = 3", "defines no function score"),
        ("def score(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("\0", "SyntaxError"),
        (metric("return float('nan')"), "returned nan"),
        (metric("return float('-inf')"), "returned -inf"),
        (metric("return None"), "returned a NoneType"),
        (metric("return 'high'"), "returned a str"),
        (metric("raise SystemExit(0)"), "SystemExit"),
        (metric("raise KeyboardInterrupt"), "KeyboardInterrupt"),
        (metric("import os; os._exit(0)"), "without an answer"),
        (metric("import os; os.kill(os.getpid(), 9)"), "without an answer"),
        (metric("import ctypes; ctypes.string_at(0)"), "without an answer"),
        (metric("return score(solution, submission, row_id_column_name)"), "RecursionError"),
    ],
)
def test_a_broken_metric_is_the_hosts_error(bench: Bench, code: str, words: str) -> None:
    assert words in refused(bench, code).message


def test_a_metric_that_loops_ends_at_its_time(bench: Bench) -> None:
    assert "longer than the 0.5 seconds" in refused(bench, metric("while True: pass"), seconds=0.5).message


@pytest.mark.parametrize(
    "body",
    [
        "held = []\nwhile True: held.append(bytearray(10_000_000))",
        "import mmap\nheld = mmap.mmap(-1, 700_000_000)\nwhile True: held.write(bytes(1_000_000))",
        "import numpy\nreturn float(numpy.ones(10**10).sum())",
    ],
    ids=["objects", "shared memory", "one large array"],
)
def test_a_metric_that_eats_memory_is_stopped(bench: Bench, body: str) -> None:
    assert "needed more than 300 MB" in refused(bench, metric(body), memory=300_000_000).message


@pytest.mark.parametrize(
    "body",
    [
        "import os\nwhile True: os.fork()",
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(60)",
        "import os, time\nfor _ in range(40):\n    os.fork() or os.setsid() or time.sleep(9)\ntime.sleep(9)",
    ],
    ids=["bomb", "sleepers", "sessions"],
)
def test_a_metric_that_forks_is_stopped_and_so_is_what_it_forked(bench: Bench, body: str) -> None:
    assert refused(bench, metric(body), memory=4_000_000_000, seconds=10).message.startswith(
        ("the metric started more than 16 processes", "the metric failed: BlockingIOError")
    )


def test_what_a_metric_leaves_running_ends_with_it(bench: Bench) -> None:
    code = metric("import os, time\nif os.fork() == 0: time.sleep(60)\nreturn 1")
    assert bench.run(code) == 1.0  # the fixture sees whether anything is left


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/root", "/home", "/var", "/mnt"]
)
def test_a_metric_reads_no_file_of_the_machine(bench: Bench, name: str) -> None:
    python = os.path.realpath(os.sys.executable)  # type: ignore[attr-defined]
    seen = found_out(bench, f"os.path.lexists({name!r}) and os.listdir({name!r})")
    if seen != "False":
        assert python.startswith(name), f"{name} holds {seen}"


def test_a_metric_sees_nothing_of_the_servers_data(bench: Bench) -> None:
    secret = bench.data / "brant.sqlite3"
    secret.write_text("secret")
    assert found_out(bench, f"os.path.lexists({str(secret)!r})") == "False"


def test_data_within_pythons_own_folder_is_hidden(bench: Bench) -> None:
    bench.data = Path(os.path.realpath(os.__file__)).parent / "wsgiref"
    assert (bench.data / "headers.py").exists()
    assert found_out(bench, f"os.listdir({str(bench.data)!r})") == "[]"


def test_data_within_the_systems_folders_are_hidden(bench: Bench) -> None:
    bench.data = next(each for each in Path("/usr/share").iterdir() if each.is_dir() and any(each.iterdir()))
    assert found_out(bench, f"os.listdir({str(bench.data)!r})") == "[]"


def test_a_metric_sees_only_the_files_of_its_job(bench: Bench) -> None:
    (bench.folder / "another-solution.csv").write_text("id,y\n")
    places = "('/', '/job', '/tmp', '/dev/shm')"
    assert "another" not in found_out(bench, f"[os.listdir(it) for it in {places} if os.access(it, 4)]")
    assert found_out(bench, f"os.path.lexists({str(bench.folder)!r})") == "False"


@pytest.mark.parametrize("place", ["/", "/job", "/usr", "/dev", "/etc"])
def test_a_metric_can_write_nowhere_but_in_its_scratch_folder(bench: Bench, place: str) -> None:
    message = refused(bench, metric(f"open({place!r} + '/x', 'w').close()\nreturn 1")).message
    assert message.rpartition(" ")[2] in {"OSError", "PermissionError"}


def test_scratch_files_have_a_bound(bench: Bench) -> None:
    assert bench.run(metric("open('/tmp/one', 'wb').write(bytes(1_000_000))\nreturn 1")) == 1.0
    body = "for n in range(100): open(f'/tmp/{n}', 'wb').write(bytes(1_000_000))\nreturn 1"
    assert refused(bench, metric(body)).message == "the metric failed: OSError"


def test_packages_below_the_scratch_folder_are_there(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "goose.py").write_text("WEIGHT = 4.5\n")
    tmp_path.chmod(0o755)
    monkeypatch.syspath_prepend(packages)
    assert bench.run(metric("import goose\nreturn goose.WEIGHT")) == 4.5


def test_a_metric_has_no_environment_but_what_python_needs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAGGLE_KEY", "top-secret")
    assert "top-secret" not in found_out(bench, "dict(os.environ)")
    files = "glob.glob('/proc/*/environ')"
    everyone = f"[open(name).read() for name in {files} if os.access(name, 4)]"
    assert "top-secret" not in found_out(bench, everyone, setup="import glob, os")


def test_a_metric_sees_no_process_but_its_own(bench: Bench) -> None:
    numbers = found_out(bench, "[p for p in os.listdir('/proc') if p.isdigit()]")
    assert len(numbers.split(",")) <= 3


def test_a_metric_has_no_rights_that_it_could_use(bench: Bench) -> None:
    status = found_out(bench, "open('/proc/self/status').read()")
    assert "CapEff:\t0000000000000000" in status
    assert "CapPrm:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_a_metric_cannot_become_another_user(bench: Bench) -> None:
    assert refused(bench, metric("import os; os.setuid(0); return 1")).message.endswith(
        ("PermissionError", "OSError")
    )


def test_a_metric_reaches_no_socket_of_the_machine(bench: Bench, tmp_path: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0brant-test")
        abstract.listen()
        try:
            tcp = f"import socket; socket.create_connection(('127.0.0.1', {server.server_port}), 2); return 1"
            assert "Error" in refused(bench, metric(tcp)).message
            unix = r"import socket; socket.socket(socket.AF_UNIX).connect('\0brant-test'); return 1"
            assert refused(bench, metric(unix)).message == "the metric failed: ConnectionRefusedError"
        finally:
            server.shutdown()
            server.server_close()


def test_what_a_metric_prints_goes_nowhere(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os, sys\n" + metric("""
        print(solution, file=sys.stderr)
        print("secret" * 100_000)
        os.write(1, b'{"score": "99"}')
        return 1
    """)
    assert bench.run(code) == 1.0
    assert capfd.readouterr() == ("", "")


def test_words_without_end_are_cut(bench: Bench) -> None:
    code = "class ParticipantVisibleError(Exception): pass\n" + metric(
        "raise ParticipantVisibleError('x' * 100_000)"
    )
    with pytest.raises(ParticipantError) as caught:
        bench.run(code)
    assert len(caught.value.message) == 2000


def test_a_metric_that_floods_its_answer_is_stopped(bench: Bench) -> None:
    body = """
        import os
        for number in range(3, 10):
            try:
                while True: os.write(number, bytes(65536))
            except OSError:
                pass
        return 1
    """
    assert "without an answer" in refused(bench, metric(body)).message


def test_without_bubblewrap_the_host_is_told_what_to_install(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sandbox.boundary.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        assert "install bubblewrap" in refused(bench, metric("return 1")).message
    finally:
        sandbox.boundary.cache_clear()


def test_where_bubblewrap_may_not_do_its_work_the_host_reads_what_it_says(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refusing.chmod(0o755)
    sandbox.boundary.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        error = refused(bench, metric("return 1"))
    finally:
        sandbox.boundary.cache_clear()
    assert "allow user namespaces" in error.message
    assert error.detail == "bwrap: No permissions to create new namespace\n"
