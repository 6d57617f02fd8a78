"""Where the bytes of a version lie: the signed address that the server gives, and fresh ones in time."""

from threading import Lock
from urllib.parse import unquote, urlsplit

from brant.client.session import Session
from brant.contract import datasets as wire
from brant.contract.dataset_messages import ApiDownloadDatasetRequest
from brant.contract.handles import DatasetHandle
from brant.errors import ServerFailure


class SignedAddress:
    """Asks for the address of a version as a zip, or of one file of it; called, it gives a fresh one.

    The first call gives the address that was asked for at once, so that a dataset that is not there is told
    before anything else happens. Making one raises NotFound, PermissionDenied, and what else ends a call.
    """

    def __init__(self, session: Session, handle: DatasetHandle, file: str | None) -> None:
        self._session = session
        self._request = ApiDownloadDatasetRequest(
            owner_slug=handle.owner,
            dataset_slug=handle.slug,
            dataset_version_number=handle.version,
            file_name=file,
        )
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
        url = self._session.call(wire.DOWNLOAD_DATASET, self._request).url
        if not url:
            raise ServerFailure(f"{self._session.endpoint} gave no address to download from: try again later")
        return url
