"""What can be downloaded: files that the server keeps as one, and gives singly or as a zip."""

from collections.abc import Callable
from typing import NamedTuple

from brant.client.downloads.addresses import SignedAddress
from brant.client.session import Session
from brant.contract.method import HttpRedirect


class Source(NamedTuple):
    """Files under one name.

    `name` is how people write it, `zip_name` what all of it is called as one file, `noun` the word of the
    command line behind which it is found. `ask` gets the address of the file at a path, None for the zip.
    """

    session: Session
    noun: str
    name: str
    zip_name: str
    ask: Callable[[str | None], HttpRedirect]

    def address(self, path: str | None) -> SignedAddress:
        """Where the file at `path` lies, or with None the zip. Raises NotFound, and what else ends a call."""
        return SignedAddress(self.session.endpoint, lambda: self.ask(path))

    @property
    def listing(self) -> str:
        """The command that tells which files there are."""
        return f"brant {self.noun} files {self.name}"
