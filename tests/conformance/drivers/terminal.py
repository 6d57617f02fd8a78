"""A terminal with somebody at it, who answers one question after the other."""

import os
import pty
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_WRAPPER = Path(__file__).with_name("on_terminal.py")
_PATIENCE = 60


def converse(
    python: Path, command: Sequence[str], answers: Sequence[str], *, environ: Mapping[str, str], folder: Path
) -> str:
    """Everything that stood on the screen. An answer is typed where the screen ends with `: `."""
    screen, keyboard = pty.openpty()
    try:
        process = subprocess.Popen(
            [str(python), str(_WRAPPER), *command],
            stdin=keyboard,
            stdout=keyboard,
            stderr=keyboard,
            start_new_session=True,
            env=dict(environ),
            cwd=folder,
        )
        os.close(keyboard)
        try:
            return _answered(screen, list(answers))
        finally:
            process.kill()
            process.wait()
    finally:
        os.close(screen)


def _answered(screen: int, answers: list[str]) -> str:
    shown = b""
    while True:
        readable, _, _ = select.select([screen], [], [], _PATIENCE)
        assert readable, f"nothing happened for {_PATIENCE} s after {shown!r}"
        try:
            piece = os.read(screen, 4096)
        except OSError:  # Linux says EIO when the last process has left the terminal
            piece = b""
        if not piece:
            return shown.decode(errors="replace")
        shown += piece
        if answers and shown.endswith(b": "):
            os.write(screen, answers.pop(0).encode() + b"\n")
