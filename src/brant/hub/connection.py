"""The edge of the library: reads the environment and opens a session for one call."""

import logging
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """The cache that both libraries share."""
    from brant.hub.cache import cache_folder

    return cache_folder(os.environ, Path.home())


@contextmanager
def progress() -> "Iterator[Progress]":
    """A bar on a terminal or in a notebook, unless KAGGLEHUB_VERBOSITY asks for less; one for each file, too,
    where it is "debug".
    """
    from brant.transfer.progress import Bars, Silent

    wanted = os.environ.get("KAGGLEHUB_VERBOSITY")
    shown = Silent() if wanted in _QUIET else Bars(verbose=wanted == "debug", say=logger.warning)
    try:
        yield shown
    finally:
        shown.close()
