"""Events for programs: one JSON object a line, as docs/progress.md describes them."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, TextIO

from brant.redact import redact
from brant.transfer.progress.books import Entry
from brant.transfer.progress.display import Display
from brant.transfer.progress.outlet import Outlet

MOST_RUNNING: Final = 8
"""Files on their way that one event names."""
_EVERY_SECONDS: Final = 0.5


class Events(Display):
    """Lines on `stream` (standard error): start, progress at most twice a second, file, note, end."""

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(_EVERY_SECONDS, clock, finished=self._file_over)
        self._stream = Outlet(stream or sys.stderr)
        self._queue: list[dict[str, Any]] = []
        self._told: dict[str, Any] = {}
        self._since = clock()
        self._next = 0.0

    def _file_over(self, entry: Entry) -> None:
        self._queue.append(
            {
                "event": "file",
                "name": entry.name,
                "done": entry.done,
                "held": entry.held,
                "complete": entry.complete,
            }
        )

    def _is_told_of_nothing(self) -> bool:
        return True  # whoever waits for the end gets one

    def _queue_note(self, text: str) -> None:
        self._queue.append(_note(text))

    def _note_alone(self, text: str) -> None:
        self._write([_note(text)])

    def _open(self) -> None:
        with self._books.lock:
            start = {"event": "start", "total": self._books.total, "total_files": self._books.files}
        self._write([start])

    def _paint(self) -> None:
        with self._books.lock:
            queue, self._queue = self._queue, []
            progress = self._progress()
        now = self._clock()
        # A note wakes the painter: what it has to say of bytes waits for its time.
        if now >= self._next and progress != self._told:
            self._told, self._next = progress, now + _EVERY_SECONDS
            queue.append(progress)
        self._write(queue)

    def _end(self) -> None:
        books = self._books
        with books.lock:
            end = {
                "event": "end",
                "done": books.done,
                "held": books.held,
                "files": books.finished,
                "unfinished": books.unfinished + len(books.running),
                "seconds": round(self._clock() - self._since, 3),
            }
        self._write([end])

    def _progress(self) -> dict[str, Any]:
        books, rate = self._books, self._speed.rate
        total = books.total
        return {
            "event": "progress",
            "done": books.done,
            "total": total,
            "files": books.finished,
            "total_files": books.files,
            "rate": None if rate is None else round(rate),
            "left": round((total - books.done) / rate, 1) if rate and total is not None else None,
            "running": [
                {"name": entry.name, "done": entry.done, "size": entry.size}
                for entry in books.running[:MOST_RUNNING]
            ],
        }

    def _write(self, events: list[dict[str, Any]]) -> None:
        import json

        if events:
            # In one call, so that nothing else gets between the parts of a line.
            self._stream.write("".join(json.dumps(event) + "\n" for event in events))
            self._stream.flush()


def _note(text: str) -> dict[str, Any]:
    return {"event": "note", "text": redact(text)}
