"""A desk to type at: runs `brant` as a process of its own, with a home, a folder and variables of its own."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 60


class Ended(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.out)


class Desk:
    """One user's home and current folder below `room`. No variable of this machine reaches what runs here."""

    def __init__(self, room: Path, environ: Mapping[str, str] | None = None) -> None:
        self.home = room / "home"
        self.folder = room / "here"
        for folder in (self.home, self.folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.environ = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environ or {}),
        }

    def brant(self, *words: str | Path, typed: str | bytes = "", **environ: str) -> Ended:
        """Runs `brant WORDS…` to its end; `environ` adds variables."""
        return self.run(self.command(*words), typed=typed, **environ)

    def shell(self, script: str, *words: str | Path) -> Ended:
        """Runs `script` in a shell that knows `brant WORDS…` as its arguments."""
        return self.run(["sh", "-c", script, "sh", *self.command(*words)])

    def run(self, command: list[str], *, typed: str | bytes = "", **environ: str) -> Ended:
        """Runs any command at this desk to its end."""
        done = subprocess.run(
            command,
            input=typed if isinstance(typed, bytes) else typed.encode(),
            capture_output=True,
            check=False,
            env={**self.environ, **environ},
            cwd=self.folder,
            timeout=PATIENCE,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def command(self, *words: str | Path) -> list[str]:
        """The command line of `brant WORDS…`."""
        return [sys.executable, "-m", "brant", *map(str, words)]

    def start(self, *words: str | Path) -> "subprocess.Popen[bytes]":
        """Starts `brant WORDS…`."""
        return subprocess.Popen(
            self.command(*words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ,
            cwd=self.folder,
        )

    def python(self, script: str) -> Ended:
        """Runs a script in the interpreter of these tests."""
        return self.run([sys.executable, "-c", script])

    def at_terminal(
        self,
        *words: str | Path,
        typed: str | Callable[[str], str] = "",
        question: str = "[y/N] ",
        columns: int = 80,
    ) -> Ended:
        """Runs `brant WORDS…` at a terminal, types when it asks `question`, and returns all that was shown.

        What is typed may depend on what was shown before.
        """
        import fcntl
        import struct
        import termios

        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            self.command(*words),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self.environ,
            cwd=self.folder,
            # A session of its own, so that Ctrl-C typed here reaches it and nobody else.
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  one thread here
        )
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # EIO: the last holder of the terminal has gone
                break
            if not piece:
                break
            shown += piece
            if typed and question.encode() in shown:
                os.write(ours, (typed if isinstance(typed, str) else typed(shown.decode())).encode())
                typed = ""
        os.close(ours)
        return Ended(process.wait(timeout=PATIENCE), shown.decode().replace("\r\n", "\n"), "")
