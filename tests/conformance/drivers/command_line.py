"""Our own command line."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from brant.contract.handles import DatasetHandle
from tests.conformance.drivers.base import Can, Refused
from tests.conformance.drivers.competition_commands import HOSTING
from tests.conformance.drivers.kaggle_commands import OFFERED, KaggleCommands
from tests.conformance.drivers.tables import options_of


class CommandLine(KaggleCommands):
    """`brant datasets …`: takes what the official one takes, and more."""

    name = "command_line"
    client = "brant (command line)"
    offers = (
        OFFERED
        | HOSTING
        | {
            Can.COMPETITION_FOLDER,
            Can.HOST_SETUP,
            Can.JOIN,
            Can.SELECT,
            Can.SUBMISSION_ERRORS,
            Can.SUBMIT_AND_WAIT,
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
    )
    default_credential = "token"
    # What cannot be undone is asked for (S2), and here nobody is there to say yes.
    delete_old_versions = ("--delete-old-versions", "--yes")
    confirm_submission = ("--yes",)

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

    def competition_folder(self, slug: str, *, again: bool = False) -> Path:
        folder = self.room / "download"
        self._competed("download", slug, "--unzip", "-p", folder, *(["--force"] if again else []))
        return folder

    def join(self, slug: str) -> None:
        self._competed("join", slug)

    def submit_and_wait(self, slug: str, file: Path, message: str) -> str:
        return self._competed("submit", slug, "-f", file, "-m", message, "--wait", "--yes").said

    def submission_errors(self, slug: str) -> list[str]:
        said = self._competed("submissions", slug, "--format", "json(status,errorDescription)").out
        return [row["errorDescription"] for row in json.loads(said) if row["status"] == "ERROR"]

    def select(self, slug: str, *refs: str) -> None:
        self._competed("select", slug, *refs)

    def set_up(self, slug: str, **fields: str) -> None:
        self._competed("setup", "update", slug, *options_of(fields))
