"""The CRC-32 of what has come so far of a file, from those of its pieces, whatever order they came in."""

from brant.transfer.disk.checksums import crc32_combine
from brant.transfer.disk.journal import Mark


class Sums:
    """The CRC-32 of each stretch of adjacent marks."""

    def __init__(self) -> None:
        self._by_start: dict[int, Mark] = {}
        self._start_of: dict[int, int] = {}

    def add(self, mark: Mark) -> None:
        before = self._by_start.get(self._start_of.pop(mark.start, -1))
        if before:
            mark = _joined(before, mark)
        after = self._by_start.pop(mark.stop, None)
        if after:
            mark = _joined(mark, after)
        self._by_start[mark.start], self._start_of[mark.stop] = mark, mark.start

    def of(self, length: int) -> int | None:
        """Of the first `length` bytes, if they are one stretch and nothing more is there."""
        if length == 0:
            return 0
        mark = self._by_start.get(0)
        return mark.crc32 if mark and mark.stop == length else None


def _joined(first: Mark, second: Mark) -> Mark:
    value = crc32_combine(first.crc32, second.crc32, second.stop - second.start)
    return Mark(first.start, second.stop, value)
