"""Settings: what a server is told at its start, and where things lie in its data folder."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8765
# A folder of 10,000 files costs 1,000 of these; a loop that lists as fast as it can meets it in seconds.
DEFAULT_RATE_LIMIT: Final = 6_000
DEFAULT_RATE_WINDOW: Final = 60
DEFAULT_WORKERS: Final = 1
# What scoring one file may take; a million rows need a fifth of it.
DEFAULT_WORKER_MEGABYTES: Final = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`port` 0 means any free one; `origins` are public addresses beside the loopback names and `host`.

    `trusted_proxies`: addresses and networks whose word is taken for whom they pass on (X-Forwarded-For).

    `rate_limit`: requests of one user in `rate_window` seconds; 0 limits nothing.

    `workers`: how many processes score at a time, each with at most as many megabytes for a file; with 0
    only those of `brant worker` do.
    """

    data: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    verbose: bool = False
    rate_limit: int = DEFAULT_RATE_LIMIT
    rate_window: int = DEFAULT_RATE_WINDOW
    workers: int = DEFAULT_WORKERS
    worker_megabytes: int = DEFAULT_WORKER_MEGABYTES
    collect_every: timedelta = timedelta(hours=6)

    @property
    def issuer(self) -> str:
        """The one address that OAuth clients know this server by (RFC 8414 §2), without a trailing slash."""
        if self.origins:
            return self.origins[0]
        return address(self.host, self.port)

    @property
    def setup_code(self) -> Path:
        """What the set-up page asks for before it makes the first administrator."""
        return self.data / "setup.code"

    @property
    def link_key(self) -> Path:
        """The key that signs addresses."""
        return self.data / "link.key"

    @property
    def lock(self) -> Path:
        """Held by the process that serves the folder."""
        return self.data / "lock"


def address(host: str, port: int) -> str:
    """Where a client on this machine reaches a server that listens there."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"
