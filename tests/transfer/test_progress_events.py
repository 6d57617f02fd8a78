"""The events of a transfer, as programs read them."""

import re
from pathlib import Path

from brant.transfer.progress import Events
from tests.transfer.screens import PATIENCE, HeldUp, Stream, together


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

    together(work, 8)
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
