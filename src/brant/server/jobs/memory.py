"""Memory: how much of it processes hold, as Linux tells in /proc; elsewhere nothing is known of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_COUNTED: Final = ("RssAnon:", "RssShmem:")


def held_by(process: int) -> int:
    """Bytes of memory that are the process's own, shared memory included; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(_COUNTED))


def descendants(process: int) -> Iterator[int]:
    """All processes that came of this one, without it itself."""
    for child in _children(process):
        yield child
        yield from descendants(child)


def _children(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
