"""A client in a process of its own: an isolated home, its credentials, and everything that it said."""

import os
import subprocess
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

from tests.conformance.drivers.base import Crashed, Credential, Driver
from tests.conformance.place import Served, User

_PATIENCE = 120


class Finished(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything, in one text."""
        return f"{self.out}\n{self.err}".strip()


class ProcessDriver(Driver):
    """Runs a client as its users do. No variable of this machine reaches it but those given here."""

    default_credential: ClassVar[Credential]

    def __init__(
        self,
        place: Served,
        user: User | None,
        room: Path,
        *,
        credential: Credential | None = None,
        address: str | None = None,
        cache: Path | None = None,
    ) -> None:
        super().__init__(place, user, room, credential=credential or self.default_credential)
        self.address = address or place.address
        self.cache = cache or room / "cache"
        self.home = room / "home"
        self._sent = 0
        for folder in (self.home, room / "temporary", room / "here"):
            folder.mkdir(parents=True)
        self._sign_in()

    @classmethod
    def place_kind(cls) -> Literal["running server", "handlers"]:
        """A process needs a server to talk to."""
        return "running server"

    @abstractmethod
    def endpoint(self) -> Mapping[str, str]:
        """The variables that point this client at the server."""

    def environ(self) -> dict[str, str]:
        """All variables of the process."""
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "KAGGLEHUB_CACHE": str(self.cache),
            "TMPDIR": str(self.room / "temporary"),
            "LANG": "C.UTF-8",
            # Official clients read the UTC of Last-Modified as local time (behaviour.md §8).
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.endpoint(),
        }

    def run(self, *command: str | Path, text: str = "", folder: Path | None = None) -> Finished:
        """Runs `command`, with `text` as what is typed. Raises Crashed for a traceback."""
        try:
            done = subprocess.run(
                [str(part) for part in command],
                input=text,
                capture_output=True,
                text=True,
                check=False,
                env=self.environ(),
                cwd=folder or self.room / "here",
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired as late:
            raise Crashed(f"no end after {late.timeout:.0f} s") from None
        finished = Finished(done.returncode, done.stdout, done.stderr)
        self._check_secrets(finished)
        if "Traceback (most recent call last)" in finished.said:
            raise Crashed(finished.said)
        return finished

    def fresh(self, name: str) -> Path:
        """A new empty folder."""
        self._sent += 1
        folder = self.room / f"{name}-{self._sent}"
        folder.mkdir()
        return folder

    def _check_secrets(self, finished: Finished) -> None:
        """Whatever a client says, it never says a secret (S1)."""
        for secret in (self.user.token, self.user.key) if self.user else ():
            assert secret not in finished.said, f"{self.name} printed a secret"

    def _sign_in(self) -> None:
        if self.user is None:
            return
        folder = self.home / ".kaggle"
        folder.mkdir(mode=0o700)
        if self.credential == "token":
            file, content = folder / "access_token", self.user.token
        else:
            file, content = (
                folder / "kaggle.json",
                f'{{"username":"{self.user.name}","key":"{self.user.key}"}}',
            )
        file.touch(mode=0o600)
        file.write_text(content)
