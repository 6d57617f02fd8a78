"""Bars where somebody looks at them, events where a program reads them, nothing elsewhere."""

import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any

import pytest

from brant.errors import BrantError, RateLimited, ServerFailure, Unreachable
from brant.transfer.progress import Bars, Events, Meter, Silent, Waits
from brant.transfer.progress.books import Books, Speed

PATIENCE = 30


class Stream(io.StringIO):
    """Keeps what is written, and lets a test wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._written = Condition()

    def write(self, text: str) -> int:
        with self._written:
            count = super().write(text)
            self._written.notify_all()
        return count

    def until(self, text: str) -> None:
        with self._written:
            assert self._written.wait_for(lambda: text in self.getvalue(), PATIENCE), self.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


class Terminal(Stream):
    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


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


class Heard(Silent):
    """Adds up what a progress is told."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def advance(self, n: int) -> None:
        self.events.append(n)

    def note(self, text: str) -> None:
        self.events.append(text)

    def finish(self, *, complete: bool = True) -> None:
        self.events.append(complete)


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

    _together(work, 4)
    meter.show()
    assert entry.done == position[0]
    assert other.done == 4 * 2000 * 3
    assert books.done == entry.done + other.done


def _together(work: Callable[[], None], count: int) -> None:
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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


class HeldUp(Terminal):
    """A terminal on which somebody has typed Ctrl-S, until it is `free`."""

    def __init__(self) -> None:
        super().__init__()
        self.free, self.reached = Event(), Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.free.wait(PATIENCE)
        return super().write(text)


@pytest.mark.parametrize("shown", [Bars, Events])
def test_a_terminal_that_is_held_up_holds_up_no_bytes(shown: type[Bars] | type[Events]) -> None:
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


# Events


def test_events_tell_a_job_from_start_to_end() -> None:
    stream, now = Stream(), [100.0]
    events = Events(stream, clock=lambda: now[0])
    events.expect(3000, 2)
    stream.until('"start"')
    first = events.begin("one.csv", 1000, held=400)
    second = events.begin("deep/two.csv", 2000)
    first.advance(600)
    first.finish()
    second.advance(400)
    events.note("waiting")
    stream.until("waiting")
    now[0] = 102.0
    events.close()
    start, *_, progress, end = stream.events
    assert start == {"event": "start", "total": 3000, "total_files": 2}
    assert {"event": "file", "name": "one.csv", "done": 1000, "held": 400, "complete": True} in stream.events
    assert {"event": "note", "text": "waiting"} in stream.events
    assert progress == {
        "event": "progress",
        "done": 1400,
        "total": 3000,
        "files": 1,
        "total_files": 2,
        "rate": 500,
        "left": 3.2,
        "running": [{"name": "deep/two.csv", "done": 400, "size": 2000}],
    }
    assert end == {"event": "end", "done": 1400, "held": 400, "files": 1, "unfinished": 1, "seconds": 2.0}


def test_the_docs_name_every_event_and_each_of_its_fields() -> None:
    page = (Path(__file__).parents[2] / "docs" / "progress.md").read_text("utf-8")
    documented = {
        kind: ["event", *re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)]
        for kind, section in re.findall(r"^### (\w+)\n(.*?)(?=^###|\Z)", page, re.MULTILINE | re.DOTALL)
    }
    stream = Stream()
    events = Events(stream)
    events.begin("penguins.csv", 100).finish()
    events.close()
    events.note("waiting")
    assert {event["event"]: list(event) for event in stream.events} == documented


def test_the_rate_counts_from_the_start_of_the_job() -> None:
    stream, now = HeldUp(), [0.0]
    events = Events(stream, clock=lambda: now[0])
    track = events.begin("penguins.csv", 2000)
    assert stream.reached.wait(PATIENCE)
    track.advance(1000)
    now[0] = 2.0
    stream.free.set()
    events.close()
    assert [event["rate"] for event in stream.events if event["event"] == "progress"] == [500]


def test_what_nobody_knows_is_null() -> None:
    stream = Stream()
    events = Events(stream, clock=lambda: 0.0)
    events.begin("model.tar.gz", None).advance(10)
    events.close()
    told = [event for event in stream.events if event["event"] == "progress"][-1]
    assert (told["total"], told["rate"], told["left"]) == (None, None, None)
    assert told["running"] == [{"name": "model.tar.gz", "done": 10, "size": None}]


def test_bytes_are_told_at_most_twice_a_second_whatever_else_is_told() -> None:
    stream, now = Stream(), [0.0]
    events = Events(stream, clock=lambda: now[0])
    track = events.begin("penguins.csv", 1000)
    stream.until('"progress"')
    for number in range(5):
        track.advance(10)
        events.note(f"note {number}")
        stream.until(f"note {number}")
    assert len([event for event in stream.events if event["event"] == "progress"]) == 1
    now[0] = 0.5
    track.advance(10)
    events.note("later")
    stream.until('"done": 60')
    events.close()


def test_where_nothing_had_to_be_moved_there_is_a_start_and_an_end_all_the_same() -> None:
    stream = Stream()
    Events(stream).close()
    assert [event["event"] for event in stream.events] == ["start", "progress", "end"]
    assert stream.events[-1]["done"] == 0


def test_files_that_are_not_whole_are_told_as_such() -> None:
    stream = Stream()
    events = Events(stream)
    events.begin("penguins.csv", 100).finish(complete=False)
    events.begin("owls.csv", 100)
    events.close()
    assert [event["complete"] for event in stream.events if event["event"] == "file"] == [False]
    assert stream.events[-1]["unfinished"] == 2


def test_lines_of_many_threads_never_mix() -> None:
    stream = Stream()
    events = Events(stream)

    def work() -> None:
        for _ in range(100):
            track = events.begin('a "quoted" näme\nof two lines', 10)
            track.advance(10)
            events.note("and a note")
            track.finish()

    _together(work, 8)
    events.close()
    kinds = [event["event"] for event in stream.events]
    assert (kinds.count("file"), kinds.count("note")) == (800, 800)
    assert stream.events[-1]["files"] == 800
    assert stream.events[-1]["done"] == 8000


def test_no_secret_is_in_an_event() -> None:
    stream = Stream()
    events = Events(stream)
    events.note("before access_token=abcdefgh12345678")
    events.begin("penguins.csv", 1)
    events.note("within access_token=abcdefgh12345678")
    events.close()
    assert "12345678" not in stream.getvalue()
    assert stream.getvalue().count("***") == 2


# Which waits are told


class Told(Heard):
    """Notes alone, with a clock that stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.waits = Waits(self, clock=lambda: self.now)

    def after(self, failure: BrantError, *seconds: float) -> list[object]:
        self.events.clear()
        for wait in seconds:
            self.waits.before(failure, wait)
        return list(self.events)


CUT = Unreachable("example.org:443 broke the connection (timed out); try again.")


def test_a_wait_of_a_blink_is_not_told_but_many_of_them_are_a_long_one() -> None:
    told = Told()
    assert told.after(CUT, 0.5, 1.0) == []
    assert told.after(CUT, 1.0) == ["example.org:443 broke the connection (timed out); trying again in 1 s…"]


def test_waits_are_told_once_a_minute_unless_one_is_much_longer() -> None:
    told = Told()
    assert len(told.after(CUT, 4.0, 4.0, 8.0, 8.0)) == 1
    assert len(told.after(CUT, 16.0)) == 1
    assert told.after(CUT, 30.0) == []
    told.now = 61.0
    assert len(told.after(CUT, 1.0)) == 1
    assert told.after(CUT, 1.0) == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RateLimited("x", 600.0), "the server asks to wait 10 min; waiting…"),
        (RateLimited("x"), "the server says that there are too many calls; waiting 9 s…"),
        (
            ServerFailure("example.org answered 503 Busy; sorry."),
            "example.org answered 503 Busy; sorry; trying again in 9 s…",
        ),
    ],
)
def test_the_words_say_who_wants_it_and_how_long(failure: BrantError, words: str) -> None:
    assert Told().after(failure, 8.5) == [words]
