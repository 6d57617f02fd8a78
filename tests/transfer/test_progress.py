"""What is counted, and the bars that show it: where somebody looks at them, and nowhere else."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from brant.transfer.progress import Bars, Events, Meter
from brant.transfer.progress.books import Books, Speed
from tests.transfer.screens import PATIENCE, Gone, Heard, HeldUp, Stream, Terminal, together

# What is counted


@pytest.mark.parametrize(
    ("expected", "begun", "total", "files"),
    [
        ([], [100], 100, 1),
        ([], [100, 50], 150, 2),
        ([], [100, None], None, 2),
        ([(150, 2)], [100], 150, 2),
        ([(150, 2)], [100, None], 150, 2),
        ([(100, 1), (50, 1)], [], 150, 2),
        ([(100, 1)], [100, 50], 150, 2),
        ([(None, None)], [100], None, 1),
        ([(None, 2)], [100], None, 2),
        ([(None, 2)], [100, 50], 150, 2),
        ([(None, 2)], [100, None], None, 2),
    ],
)
def test_the_total_is_what_was_expected_and_what_came_unexpected(
    expected: list[tuple[int | None, int | None]], begun: list[int | None], total: int | None, files: int
) -> None:
    books = Books()
    for size, count in expected:
        books.expect(size, count)
    for size in begun:
        books.begin("penguins.csv", size, held=0)
    assert (books.total, books.files) == (total, files)


def test_a_file_of_unknown_size_has_one_when_it_is_whole() -> None:
    books = Books()
    entry = books.begin("penguins.csv", None, held=0)
    books.begin("owls.csv", 100, held=0)
    entry.advance(70)
    totals = [books.total]
    entry.finish()
    totals.append(books.total)
    assert totals == [None, 170]
    assert (books.done, books.finished, books.unfinished) == (70, 1, 0)


def test_what_is_told_after_the_end_of_a_file_does_not_count() -> None:
    books = Books()
    entry = books.begin("penguins.csv", 100, held=0)
    entry.advance(60)
    entry.finish(complete=False)
    entry.advance(40)
    entry.finish()
    assert (books.done, books.finished, books.unfinished, books.running) == (60, 0, 1, [])


def test_the_rate_is_that_of_the_last_seconds_and_falls_when_nothing_comes() -> None:
    assert Speed().rate is None
    speed = Speed()
    for second in range(11):
        speed.sample(second, second * 100)
    assert speed.rate == 100
    for second in range(11, 16):
        speed.sample(second, 1000)
    assert speed.rate == 0
    speed.sample(20, 1000)
    assert speed.average == 50


def test_a_meter_tells_steps_forward_and_back() -> None:
    heard, position = Heard(), [10]
    meter = Meter(heard, lambda: position[0])
    for position[0] in (10, 60, 60, 0, 90):
        meter.show()
    position[0] = 100
    meter.finish()
    assert heard.events == [10, 50, -60, 90, 10, True]


def test_a_meter_does_not_tell_again_what_its_track_began_with() -> None:
    heard = Heard()
    Meter(heard, lambda: 100, shown=100).finish(complete=False)
    assert heard.events == [False]


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns after every few steps."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_many_threads_are_counted_right() -> None:
    books, position = Books(), [0]
    entry = books.begin("penguins.csv", None, held=0)
    meter = Meter(entry, lambda: position[0])
    other = books.begin("owls.csv", None, held=0)

    def work() -> None:
        for _ in range(2000):
            position[0] += 1
            meter.show()
            other.advance(3)

    together(work, 4)
    meter.show()
    assert entry.done == position[0]
    assert other.done == 4 * 2000 * 3
    assert books.done == entry.done + other.done


# Bars


def test_no_terminal_no_bar() -> None:
    stream = Stream()
    bars = Bars(stream)
    track = bars.begin("penguins.csv", 100)
    track.advance(100)
    track.finish()
    bars.close()
    assert stream.getvalue() == ""


def test_tqdm_is_imported_only_when_a_bar_is_drawn() -> None:
    code = (
        "import sys, io; from brant.transfer.progress import Bars; bars = Bars(io.StringIO());"
        "bars.begin('x', 1).finish(); bars.close(); sys.exit('tqdm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_terminal_sees_the_name_the_bytes_and_the_rate() -> None:
    stream = Terminal()
    now = [0.0]
    bars = Bars(stream, clock=lambda: now[0])
    track = bars.begin("penguins.csv", 4096)
    stream.until("penguins.csv:   0%")
    track.advance(2048)
    now[0] = 2.0
    bars.close()
    assert "penguins.csv:  50%" in stream.getvalue()
    assert "2.00k/4.00k" in stream.getvalue()
    assert "<00:02, 1.00kB/s]" in stream.getvalue()


def test_bytes_that_were_here_already_do_not_make_it_look_fast() -> None:
    stream, now = Terminal(), [0.0]
    bars = Bars(stream, clock=lambda: now[0])
    bars.expect(4096, 1)
    stream.until("0.00/4.00k")
    bars.begin("penguins.csv", 4096, held=2048).advance(1024)
    now[0] = 1.0
    bars.close()
    assert "3.00k/4.00k" in stream.getvalue()
    assert "<00:01, 1.00kB/s]" in stream.getvalue()


def test_several_files_share_one_bar_that_counts_them() -> None:
    stream = Terminal()
    bars = Bars(stream)
    bars.expect(3000, 3)
    first, second = bars.begin("one.csv", 1000), bars.begin("two.csv", 1000)
    first.advance(1000)
    first.finish()
    second.advance(500)
    bars.close()
    assert "1 of 3 files:  50%" in stream.getvalue()
    assert "one.csv" not in stream.getvalue()


def test_each_file_has_a_bar_of_its_own_up_to_eight() -> None:
    stream = Terminal()
    bars = Bars(stream, verbose=True)
    bars.expect(12_000, 12)
    tracks = [bars.begin(f"file-{number}.csv", 1000) for number in range(1, 13)]
    tracks[4].advance(250)
    stream.until("file-5.csv:  25%")
    stream.until("file-8.csv:   0%")
    assert "0 of 12 files" in stream.getvalue()
    assert "file-9.csv" not in stream.getvalue()
    # The place of a file that is over goes to the next one.
    tracks[0].finish()
    stream.until("file-9.csv:   0%")
    for track in tracks[1:]:
        track.finish()
    bars.close()
    assert "file-12.csv" not in stream.getvalue()


def test_one_file_alone_needs_no_second_bar() -> None:
    stream = Terminal()
    bars = Bars(stream, verbose=True)
    track = bars.begin("penguins.csv", 1000)
    stream.until("penguins.csv")
    track.finish()
    bars.close()
    assert "\n" not in stream.getvalue()


def test_the_bar_goes_back_when_bytes_were_given_up() -> None:
    stream = Terminal()
    bars = Bars(stream)
    track = bars.begin("penguins.csv", 1000)
    track.advance(750)
    stream.until(" 75%")
    track.advance(-500)
    stream.until(" 25%")
    bars.close()


def test_a_note_stands_on_a_line_of_its_own_without_secrets() -> None:
    stream = Terminal()
    bars = Bars(stream)
    bars.begin("penguins.csv", 1000)
    bars.note("waiting for access_token=abcdefgh12345678\x1b[2J")
    stream.until("waiting")
    bars.note("the second")
    bars.close()
    bars.note("the third")
    shown = stream.getvalue()
    assert "\rwaiting for access_token=***" in shown
    assert "\rthe second\n" in shown
    assert shown.endswith("the third\n")
    assert "12345678" not in shown


def test_notes_are_told_where_there_is_no_bar() -> None:
    stream, said = Stream(), list[str]()
    Bars(stream).note("waiting")
    Bars(stream, say=said.append).note("waiting longer")
    assert stream.getvalue() == "waiting\n"
    assert said == ["waiting longer"]


def test_a_name_cannot_steer_the_terminal_and_keeps_its_end() -> None:
    stream = Terminal()
    bars = Bars(stream)
    bars.begin("long/" * 20 + "peng\x1b\nuins.csv", 10)
    bars.close()
    assert "…ng/long/long/peng  uins.csv: " in stream.getvalue()


@pytest.mark.parametrize("shown", [Bars, Events])
def test_bytes_go_on_when_nobody_looks_any_more(shown: type[Bars] | type[Events]) -> None:
    progress = shown(Gone())
    track = progress.begin("penguins.csv", 100)
    track.advance(100)
    progress.note("waiting")
    track.finish()
    progress.close()
    progress.note("over")


@pytest.mark.parametrize("shown", [Bars, Events])
def test_a_terminal_that_is_held_up_holds_up_no_bytes(
    shown: type[Bars] | type[Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brant.transfer.progress.display._LAST_SECONDS", 0.05)
    stream = HeldUp()
    progress = shown(stream)
    track = progress.begin("penguins.csv", 100)
    assert stream.reached.wait(PATIENCE)
    track.advance(100)
    track.finish()
    progress.note("waiting")
    progress.close()
    assert stream.getvalue() == ""
    stream.free.set()
    stream.until("waiting")


def test_a_second_close_does_nothing_and_nothing_begins_after_it() -> None:
    stream = Terminal()
    bars = Bars(stream)
    bars.begin("penguins.csv", 10)
    bars.close()
    before = stream.getvalue()
    bars.begin("owls.csv", 10).advance(10)
    bars.close()
    empty = Bars(stream)
    empty.close()
    empty.begin("owls.csv", 10)
    for thread in threading.enumerate():
        if thread.name == "brant-progress":
            thread.join()
    assert stream.getvalue() == before


def test_a_notebook_gets_a_bar_though_it_is_no_terminal() -> None:
    """Without widgets tqdm says how to get them, and draws text."""
    code = """
import io, sys, types, warnings
sys.modules["ipykernel.zmqshell"] = types.ModuleType("ipykernel.zmqshell")
shell = type("ZMQInteractiveShell", (), {})
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=shell)
warnings.simplefilter("ignore")
from brant.transfer.progress import Bars
stream = io.StringIO()
bars = Bars(stream)
bars.begin("penguins.csv", 1000).advance(500)
bars.close()
assert "penguins.csv:  50%" in stream.getvalue(), stream.getvalue()
# The bar stays, as the output of a cell does.
assert stream.getvalue().endswith("]\\n"), stream.getvalue()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
