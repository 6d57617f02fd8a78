"""Learns under which licence a dataset is while its files come, so that to tell it costs no time."""

from threading import Thread
from typing import TYPE_CHECKING, Final

from brant.errors import BrantError

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.handles import DatasetHandle

_ATTEMPTS: Final = 2
_MOST_SECONDS: Final = 10.0


class Licence:
    """Asks as soon as it is made, on a thread of its own, which nobody need wait for."""

    def __init__(self, session: "Session", handle: "DatasetHandle") -> None:
        self._session = session
        self._handle = handle
        self._failure: Exception | None = None
        self._names: list[str] = []
        self._thread = Thread(target=self._ask, daemon=True)
        self._thread.start()

    def line(self) -> str:
        """What is to be told, once it is known; that it is not is no failure, for the files are here."""
        self._thread.join(_MOST_SECONDS)
        if self._thread.is_alive():
            return f"the licence is not known: {self._session.endpoint} takes long to tell it"
        if isinstance(self._failure, BrantError):
            return f"the licence is not known: {self._failure.message}"
        if self._failure:
            raise self._failure
        named = ", ".join(self._names) or "not named"
        return f"{self._session.endpoint.web}/datasets/{self._handle}: licence {named}"

    def _ask(self) -> None:
        from brant.client.datasets import metadata
        from brant.transfer.http.retry import RetryPolicy

        briefly = RetryPolicy(attempts=_ATTEMPTS, budget=_MOST_SECONDS)
        try:
            found = metadata(self._session, self._handle, retry=briefly)
            self._names = [licence.name for licence in found.licenses if licence.name]
        except Exception as error:  # noqa: BLE001 - told, or raised, by whoever waits for it
            self._failure = error
