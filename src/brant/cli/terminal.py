"""What the terminal can show: its width."""

import os
from io import UnsupportedOperation
from typing import TextIO


def width(stream: TextIO) -> int | None:
    """Columns of the terminal behind `stream`; None where it is none, a file or a pipe for one."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, UnsupportedOperation):
        return None
    # A terminal that does not know its size answers 0.
    return columns or 80
