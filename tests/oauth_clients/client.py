"""One OAuth client in a process of its own, asked step by step."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).resolve().parents[2]


class Refused(Exception):
    """The client's library raised an error; `code` is the server's (RFC 6749 §5.2) where it knows it."""

    def __init__(self, code: str | None, says: str) -> None:
        super().__init__(f"{code}: {says}")
        self.code = code


class Token(NamedTuple):
    """What a client tells of a token: the first letters of both, the scopes, the lifetime in seconds."""

    access: str
    refresh: str | None
    scope: str | None
    lifetime: int | None


class Answer(NamedTuple):
    """What the API answered to a call of the client; `challenges` only where the library reads them."""

    status: int
    body: str
    challenges: list[dict[str, Any]] | None = None


class Client:
    """The process of a client. A context manager: it ends with the block."""

    def __init__(self, command: Sequence[str], room: Path, environ: dict[str, str]) -> None:
        self._errors = room / "errors.txt"
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "HOME": str(room), "LANG": "C.UTF-8", **environ},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)

    def configure(self, **settings: Any) -> None:
        """What its developer writes into its configuration."""
        self._ask("configure", **settings)

    def register(self, name: str) -> str:
        """Registers by itself; returns the client id."""
        return str(self._ask("register", name=name)["client_id"])

    def find(self, api: str) -> dict[str, Any]:
        """The issuer and its token endpoint, found by what the API says to a token that is good no more."""
        return self._ask("find", api=api)

    def start(self) -> str:
        """The address that it wants opened in a browser."""
        return str(self._ask("start")["open"])

    def finish(self, redirect: str) -> Token:
        """Gives it the address that the browser was sent back to. Raises Refused."""
        return Token(**self._ask("finish", redirect=redirect))

    def call(self, address: str, body: dict[str, Any]) -> Answer:
        """Has it call the API. Raises Refused where it needs a login before that."""
        return Answer(**self._ask("call", address=address, body=json.dumps(body)))

    def age(self) -> None:
        """Makes it believe that its access token is over."""
        self._ask("age")

    def refresh(self, which: str = "newest") -> Token:
        """A new token by the `newest` refresh token, or by the `first`. Raises Refused."""
        return Token(**self._ask("refresh", which=which))

    def introspect(self) -> dict[str, Any]:
        """What the server says of its access token. Raises Refused."""
        return self._ask("introspect")

    def revoke(self, kind: str) -> None:
        """Revokes its `access` or `refresh` token. Raises Refused."""
        self._ask("revoke", kind=kind)

    def _ask(self, step: str, **given: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": step, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the client fell over at {step!r}:\n{self._errors.read_text()[-3000:]}"
        said: dict[str, Any] = json.loads(line)
        if "refused" in said:
            raise Refused(said["refused"]["code"], said["refused"]["says"])
        return said
