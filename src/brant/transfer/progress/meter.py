"""Keeps a track in step with a position that goes forward and back."""

from collections.abc import Callable
from threading import Lock

from brant.transfer.progress.interface import Track


class Meter:
    """Tells `track` what has changed at `position`, bytes that are there. Safe to share between threads.

    `shown`: the bytes there of which the track knows already, such as those it began with as `held`.
    """

    def __init__(self, track: Track, position: Callable[[], int], shown: int = 0) -> None:
        self._track = track
        self._position = position
        self._shown = shown
        self._lock = Lock()

    def show(self) -> None:
        """Come up to the position, or back to it."""
        with self._lock:
            position = self._position()
            if position != self._shown:
                self._track.advance(position - self._shown)
                self._shown = position

    def finish(self, *, complete: bool = True) -> None:
        """The file is over, at its present position."""
        self.show()
        self._track.finish(complete=complete)
