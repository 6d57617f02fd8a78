"""A bar where somebody looks at it, nothing elsewhere."""

import io
import subprocess
import sys

from brant.transfer.progress import Bars, Meter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_terminal_no_bar() -> None:
    stream = io.StringIO()
    bars = Bars(stream)
    bars.start("penguins.csv", 100)
    bars.advance(100)
    bars.finish()
    assert stream.getvalue() == ""


def test_a_terminal_sees_label_and_bytes() -> None:
    stream = Terminal()
    bars = Bars(stream)
    bars.start("penguins.csv", 2048)
    bars.advance(2048)
    bars.finish()
    assert "penguins.csv" in stream.getvalue()
    assert "2.00k" in stream.getvalue()


def test_transfers_that_run_together_share_one_bar() -> None:
    bars = Bars(Terminal())
    bars.start("one", 100)
    bars.start("two", 50)
    assert bars._bar.total == 150
    bars.finish()
    assert bars._bar is not None
    bars.finish()
    assert bars._bar is None


def test_tqdm_is_imported_only_when_a_bar_is_drawn() -> None:
    code = (
        "import sys, io; from brant.transfer.progress import Bars; bars = Bars(io.StringIO());"
        "bars.start('x', 1); bars.advance(1); bars.finish(); sys.exit('tqdm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Heard:
    """Adds up what a progress is told."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def start(self, label: str, total: int | None) -> None:
        self.events.append((label, total))

    def advance(self, n: int) -> None:
        self.events.append(n)

    def finish(self) -> None:
        self.events.append("finish")


def test_a_meter_tells_steps_forward_and_back() -> None:
    heard, position = Heard(), [10]
    meter = Meter(heard, "x", lambda: position[0])
    meter.show()
    meter.start(100)
    for position[0] in (60, 60, 0, 100):
        meter.show()
    meter.finish()
    assert heard.events == [("x", 100), 10, 50, -60, 100, "finish"]


def test_a_meter_that_never_started_does_not_finish() -> None:
    heard = Heard()
    Meter(heard, "x", lambda: 0).finish()
    assert heard.events == []
