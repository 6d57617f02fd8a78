"""Bars for people: one for the whole job, and if wanted one for each of the files on their way."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final, TextIO

from brant.redact import redact
from brant.transfer.progress.books import Entry, Speed
from brant.transfer.progress.display import Display
from brant.transfer.progress.outlet import Outlet

if TYPE_CHECKING:
    from brant.transfer.progress.drawing import Row

MOST_FILES: Final = 8
"""Bars of files at once, besides the one of the whole."""
_EVERY_SECONDS: Final = 0.1
_NAME_WIDTH: Final = 28


class Bars(Display):
    """A bar with rate and time left on `stream` (standard error), where that is a terminal, or in a notebook;
    elsewhere notes alone are written.

    `verbose` adds a bar for each file, below the first. `say` takes the notes while no bar is shown. tqdm is
    imported when a bar is first drawn.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        verbose: bool = False,  # noqa: FBT001, FBT002  as everybody calls it
        *,
        say: Callable[[str], object] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(_EVERY_SECONDS, clock)
        self._stream = Outlet(stream or sys.stderr)
        self._verbose = verbose
        self._say = say or (lambda line: self._stream.write(line + "\n"))
        self._notes: list[str] = []
        self._make: Callable[..., Row] | None = None
        self._whole: Row | None = None
        self._file_rows: list[_FileRow] = []

    def _is_wanted(self) -> bool:
        return _in_notebook() or self._stream.isatty()

    def _queue_note(self, text: str) -> None:
        self._notes.append(_line(text))

    def _note_alone(self, text: str) -> None:
        self._say(_line(text))

    def _open(self) -> None:
        from brant.transfer.progress.drawing import row_maker

        self._make = row_maker(self._stream)

    def _paint(self) -> None:
        assert self._make
        books = self._books
        with books.lock:
            notes, self._notes = self._notes, []
            label = f"{books.finished} of {books.files} files" if books.files > 1 else books.newest
            done, total = books.done, books.total
            chosen = books.running[:MOST_FILES] if self._verbose and books.files > 1 else []
        label = _shortened(label)
        self._whole = self._whole or self._make(label, total, leave=_in_notebook())
        for note in notes:
            self._whole.write(note)
        self._whole.show(label, done, total, self._speed.rate)
        self._paint_files(chosen)

    def _paint_files(self, entries: list[Entry]) -> None:
        """Rows of files that are over go to files that have none yet, else away."""
        assert self._make
        shown = [row.entry for row in self._file_rows]
        waiting = [entry for entry in entries if entry not in shown]
        for row in list(self._file_rows):
            if row.entry in entries:
                continue
            if waiting:
                row.take(waiting.pop(0))
            else:
                row.close()
                self._file_rows.remove(row)
        self._file_rows += [
            _FileRow(self._make(_shortened(entry.name), entry.size), entry) for entry in waiting
        ]
        for row in self._file_rows:
            row.show(self._clock())

    def _end(self) -> None:
        assert self._whole
        self._paint_files([])
        self._whole.close(self._speed.average)


class _FileRow:
    """The bar of one file, and of another when that is over."""

    def __init__(self, row: "Row", entry: Entry) -> None:
        self._row = row
        self.take(entry)

    def take(self, entry: Entry) -> None:
        self.entry = entry
        self._speed = Speed()
        self._row.restart()

    def show(self, now: float) -> None:
        entry = self.entry
        self._speed.sample(now, entry.done - entry.held)
        self._row.show(_shortened(entry.name), entry.done, entry.size, self._speed.rate)

    def close(self) -> None:
        self._row.close()


def _in_notebook() -> bool:
    """Whether tqdm draws widgets here instead of text: in Jupyter and its kin, in the browser too."""
    return "ipykernel.zmqshell" in sys.modules or "IPython.utils._process_emscripten" in sys.modules


def _line(text: str) -> str:
    """`text` as it may stand on a terminal: without secrets, and on one line."""
    return _printable(redact(text))


def _shortened(name: str) -> str:
    """The end of a long name tells more than its beginning."""
    name = _printable(name)
    return name if len(name) <= _NAME_WIDTH else "…" + name[1 - _NAME_WIDTH :]


def _printable(text: str) -> str:
    """Without the control characters by which a name could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
