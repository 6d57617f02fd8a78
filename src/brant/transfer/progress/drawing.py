"""One line of progress, drawn by tqdm, which is told the numbers instead of counting them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from brant.transfer.progress.outlet import Outlet

_UNIT: Final = 1024
# As tqdm's own, but that it has rates in units of 1000, whatever it counts in.
_FORMAT: Final = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {speed}]"


class Row:
    """A bar below those that are drawn already."""

    def __init__(self, bar: Any, stream: Outlet) -> None:
        self._bar = bar
        self._stream = stream

    def show(self, label: str, done: int, total: int | None, rate: float | None) -> None:
        """Draw it: `done` of `total` bytes, at `rate` bytes a second."""
        bar = self._bar
        if bar.total != total:
            bar.total = total
            if hasattr(bar, "container"):
                # The widget of a notebook keeps a maximum of its own.
                bar.container.children[1].max = total or max(1, done)
        bar.n, bar.rate = done, rate or 0.0
        bar.set_description(label, refresh=False)
        bar.refresh()

    def restart(self) -> None:
        """Count the time anew: the row is given to another file."""
        self._bar.start_t = self._bar.last_print_t = self._bar._time()  # noqa: SLF001

    def write(self, line: str) -> None:
        """Write a line above all bars."""
        self._bar.write(line, file=self._stream)

    def close(self, average: float | None = None) -> None:
        """Take it away, or where it stays, leave it with the average rate."""
        if average:
            self._bar.rate = average
        self._bar.close()


def row_maker(stream: Outlet) -> Callable[..., Row]:
    """What makes rows on `stream`, text or widgets as the place has it; `leave` keeps one that is closed."""
    # tqdm has no types of its own.
    tqdm: Any = import_module("tqdm.auto").tqdm

    class ToldBar(tqdm):  # type: ignore[misc]
        """As tqdm, with the rate that it is told."""

        # No thread that looks whether a bar stands still: ours draws anyway.
        monitor_interval = 0
        rate = 0.0

        @property
        def format_dict(self) -> dict[str, Any]:
            speed = tqdm.format_sizeof(self.rate, "B/s", _UNIT) if self.rate else "?B/s"
            return {**super().format_dict, "rate": self.rate, "speed": speed}

    def make(label: str, total: int | None, *, leave: bool = False) -> Row:
        bar = ToldBar(
            desc=label,
            total=total,
            unit="B",
            unit_scale=True,
            unit_divisor=_UNIT,
            bar_format=_FORMAT,
            file=stream,
            leave=leave,
            dynamic_ncols=True,
        )
        return Row(bar, stream)

    return make
