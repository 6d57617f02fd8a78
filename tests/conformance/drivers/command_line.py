"""Our own command line."""

import sys
from collections.abc import Mapping
from pathlib import Path

from brant.contract.handles import DatasetHandle
from tests.conformance.drivers.base import Can, Refused
from tests.conformance.drivers.kaggle_commands import OFFERED, KaggleCommands


class CommandLine(KaggleCommands):
    """`brant datasets …`: takes what the official one takes, and more."""

    name = "command_line"
    client = "brant (command line)"
    offers = OFFERED | {
        Can.CONFIRM,
        Can.COVER,
        Can.DELETE,
        Can.DOWNLOAD_FOLDER,
        Can.DOWNLOAD_GLOB,
        Can.IGNORE,
        Can.LIST_AS_JSON,
        Can.LIST_BY_PAGE_TOKEN,
        Can.LIST_PARQUET,
        Can.NEST_FOLDERS,
        Can.OWN_FOLDER,
        Can.REUSE,
        Can.STATUS_AS_JSON,
        Can.TOKEN,
    }
    default_credential = "token"
    # What cannot be undone is asked for (S2), and here nobody is there to say yes.
    delete_old_versions = ("--delete-old-versions", "--yes")

    def program(self) -> Path:
        return Path(sys.executable).with_name("brant")

    def endpoint(self) -> Mapping[str, str]:
        return {"BRANT_ENDPOINT": self.address}

    def handle(self, handle: DatasetHandle) -> str:
        return str(handle)

    def download_folder(self, handle: DatasetHandle, name: str) -> Path:
        folder = self.fresh("download")
        self._done("download", self.handle(handle), "-p", folder, "-f", f"{name}/")
        return folder / name

    def download_matching(self, handle: DatasetHandle, pattern: str) -> Path:
        folder = self.fresh("download")
        self._done("download", self.handle(handle), "--unzip", "-p", folder, "--include", pattern)
        return folder

    def download_here(self, handle: DatasetHandle, folder: Path) -> None:
        finished = self.run(
            self.program(), "datasets", "download", self.handle(handle), "--unzip", folder=folder
        )
        if finished.code:
            raise Refused(finished.said)
