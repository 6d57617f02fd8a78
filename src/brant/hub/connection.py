"""The edge of the library: reads the environment and opens a session for one call."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from brant.client.credentials import Credentials
    from brant.client.session import Session
    from brant.client.storms import Storms
    from brant.transfer.progress import Progress

logger: Final = logging.getLogger("brant")

# KAGGLEHUB_VERBOSITY from here on means that no bars are wanted.
_QUIET: Final = ("warning", "error", "critical")


class _Login:
    """Who has logged in by `login()`, for the life of this process as in the official library."""

    credentials: "Credentials | None" = None


class _Calls:
    """Each call has a session of its own; a storm of them is seen from here alone."""

    storms: "Storms | None" = None


def remember(credentials: "Credentials | None") -> None:
    """Use these credentials from now on, whatever variables and files say; None ends that."""
    _Login.credentials = credentials


def connect(credentials: "Credentials | None" = None) -> "Session":
    """A session as variables, files and `login()` say."""
    from brant.client.session import Session
    from brant.client.storms import Storms

    _Calls.storms = _Calls.storms or Storms()
    return Session.from_environ(
        os.environ,
        Path.home(),
        credentials=credentials or _Login.credentials,
        warn=logger.warning,
        storms=_Calls.storms,
    )


def cache_root() -> Path:
    """KAGGLEHUB_CACHE as it is, else ~/.cache/kagglehub (hub.json `env_vars`)."""
    named = os.environ.get("KAGGLEHUB_CACHE")
    return Path(named) if named is not None else Path.home() / ".cache" / "kagglehub"


def progress() -> "Progress":
    """A bar on a terminal, unless KAGGLEHUB_VERBOSITY asks for less."""
    from brant.transfer.progress import Bars, Silent

    return Silent() if os.environ.get("KAGGLEHUB_VERBOSITY") in _QUIET else Bars()
