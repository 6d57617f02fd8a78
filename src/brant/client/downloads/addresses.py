"""Where bytes lie: the signed address that the server gives, and fresh ones in time."""

from collections.abc import Callable
from threading import Lock
from urllib.parse import unquote, urlsplit

from brant.client.endpoints import Endpoint
from brant.contract.method import HttpRedirect
from brant.errors import ServerFailure

Ask = Callable[[], HttpRedirect]
"""Calls the method that answers with the address."""


class SignedAddress:
    """The address that `ask` gets; called, it gives a fresh one.

    The first call gives the address that was asked for at once, so that what is not there is told before
    anything else happens. Making one raises NotFound, PermissionDenied, and what else ends a call.
    """

    def __init__(self, endpoint: Endpoint, ask: Ask) -> None:
        self._endpoint = endpoint
        self._call = ask
        self._lock = Lock()
        first = self._ask()
        self._first: str | None = first
        self.file_name = unquote(urlsplit(first).path).rpartition("/")[2]
        """The last part of the path, which is the name of what lies there."""

    def __call__(self) -> str:
        with self._lock:
            first, self._first = self._first, None
        return first or self._ask()

    def _ask(self) -> str:
        url = self._call().url
        if not url:
            raise ServerFailure(f"{self._endpoint} gave no address to download from: try again later")
        return url
