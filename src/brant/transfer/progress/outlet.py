"""A stream that may end without anybody being hurt."""

from contextlib import suppress
from typing import Any, TextIO


class Outlet:
    """`stream`, until it is closed or its reader has gone: from then on what is written goes nowhere.

    tqdm would leave its lock locked, for every bar of the process, and no transfer should fail over it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return not self._stream.closed and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        """What else tqdm looks at: the encoding, the file's number."""
        return getattr(self._stream, name)
