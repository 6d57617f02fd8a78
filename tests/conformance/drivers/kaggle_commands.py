"""What the command lines have in common: the commands of `kaggle datasets`, which ours takes as well."""

import json
from pathlib import Path
from typing import Any, ClassVar, Literal

from brant.contract.handles import DatasetHandle
from tests.conformance.contents import METADATA_FILE
from tests.conformance.drivers import competition_commands
from tests.conformance.drivers.base import Can, FolderMode, Publication, Refused
from tests.conformance.drivers.competition_commands import CompetitionCommands
from tests.conformance.drivers.page import Page
from tests.conformance.drivers.process import Finished
from tests.conformance.drivers.tables import options_of, page_of, states_of

# Said with exit code 0: behaviour.md §5 and §7.
_FAILURES = ("creation error", "Upload unsuccessful")

OFFERED = competition_commands.OFFERED | frozenset(
    {
        Can.SCOPES,
        Can.CREATE,
        Can.PUBLIC,
        Can.DESCRIBE,
        Can.DESCRIBE_FILES,
        Can.VALIDATE,
        Can.KNOWS_TAKEN,
        Can.VERSION,
        Can.VERSION_BY_NUMBER,
        Can.DELETE_OLD_VERSIONS,
        Can.SKIP_FOLDERS,
        Can.ZIP_FOLDERS,
        Can.TAR_FOLDERS,
        Can.KEEP,
        Can.LIST,
        Can.LIST_AS_TABLE,
        Can.FILES,
        Can.DOWNLOAD,
        Can.DOWNLOAD_ZIP,
        Can.DOWNLOAD_FILE,
        Can.METADATA,
        Can.UPDATE_METADATA,
        Can.RESUME_DOWNLOAD,
        Can.RESUME_UPLOAD,
        Can.STATUS,
        Can.INIT,
        Can.ANONYMOUS,
        Can.KEY,
    }
)


class KaggleCommands(CompetitionCommands):
    """`PROGRAM datasets COMMAND`."""

    delete_old_versions: ClassVar[tuple[str, ...]] = ("--delete-old-versions",)
    confirm_deletion: ClassVar[tuple[str, ...]] = ("--yes",)

    def handle(self, handle: DatasetHandle) -> str:
        """A handle as these commands spell it."""
        base = f"{handle.owner}/{handle.slug}"
        return base if handle.version is None else f"{base}/{handle.version}"

    def create(self, what: Publication, *, public: bool = False, folders: FolderMode = "default") -> None:
        self._describe(what)
        options = ["--public"] if public else []
        self._done("create", "-p", what.folder, *options, *self._folder_mode(folders))

    def version(
        self,
        what: Publication,
        notes: str,
        *,
        delete_old: bool = False,
        folders: FolderMode = "default",
        ignore: tuple[str, ...] = (),
    ) -> None:
        self._describe(what)
        options = self.delete_old_versions if delete_old else ()
        patterns = [option for pattern in ignore for option in ("--ignore-patterns", pattern)]
        self._done(
            "version", "-p", what.folder, "-m", notes, *options, *patterns, *self._folder_mode(folders)
        )

    def find(self, **filters: str) -> Page:
        return page_of(self._done("list", "--csv", *options_of(filters)), "ref")

    def listed(self, form: Literal["table", "json"], **filters: str) -> str:
        options = options_of(filters)
        return self._done("list", *(["--format", "json"] if form == "json" else []), *options).out

    def files(self, handle: DatasetHandle, *, page_size: int = 0, page_token: str = "") -> Page:
        paging = ["--page-size", str(page_size)] if page_size else []
        paging += ["--page-token", page_token] if page_token else []
        return page_of(self._done("files", self.handle(handle), "--csv", *paging), "name")

    def download(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        # The same folder each time, so that a second run finds what a first one left.
        folder = self.room / f"download-{handle.version or 'newest'}"
        self._done("download", self.handle(handle), "--unzip", "-p", folder, *(["--force"] if again else []))
        return folder

    def download_zip(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        folder = self.room / f"zipped-{handle.version or 'newest'}"
        self._done("download", self.handle(handle), "-p", folder, *(["--force"] if again else []))
        return folder / f"{handle.slug}.zip"

    def download_file(self, handle: DatasetHandle, name: str) -> Path:
        # One folder for all, as a user has it who fetches several files of a dataset.
        folder = self.room / "files"
        before = states_of(folder)
        self._done("download", self.handle(handle), "-f", name, "-p", folder)
        changed = [path for path, state in states_of(folder).items() if before.get(path) != state]
        if len(changed) != 1:
            raise Refused(f"{len(changed)} files arrived where one was asked for")
        return changed[0]

    def metadata(self, handle: DatasetHandle) -> dict[str, Any]:
        return self._read_metadata(handle, self.fresh("metadata"))

    def update_metadata(self, handle: DatasetHandle, *, cover: bytes | None = None, **changes: Any) -> None:
        folder = self.fresh("metadata")
        if cover is not None:
            (folder / "dataset-cover-image.png").write_bytes(cover)
        known = self._read_metadata(handle, folder)
        (folder / METADATA_FILE).write_text(json.dumps({**known, **changes}))
        self._done("metadata", self.handle(handle), "--update", "-p", folder)

    def status(self, handle: DatasetHandle) -> str:
        return self._done("status", self.handle(handle)).out.strip()

    def status_as_json(self, handle: DatasetHandle) -> dict[str, Any]:
        return _object(self._done("status", self.handle(handle), "--format", "json").out)

    def delete(self, handle: DatasetHandle, *, confirmed: bool = True) -> None:
        if confirmed:
            self._done("delete", self.handle(handle), *self.confirm_deletion)
        else:
            self.run(self.program(), "datasets", "delete", self.handle(handle), text="no\n")

    def init(self) -> dict[str, Any]:
        folder = self.fresh("init")
        self._done("init", "-p", folder)
        return _object((folder / METADATA_FILE).read_text())

    def _done(self, command: str, *arguments: str | Path) -> Finished:
        """Runs a command of `datasets`. Raises Refused for a bad exit code, or bad words."""
        finished = self.run(self.program(), "datasets", command, *arguments)
        if finished.code or any(words in finished.said for words in _FAILURES):
            raise Refused(finished.said)
        return finished

    def _describe(self, what: Publication) -> None:
        (what.folder / METADATA_FILE).write_text(json.dumps(what.metadata()))

    def _folder_mode(self, folders: FolderMode) -> tuple[str, ...]:
        return () if folders == "default" else ("--dir-mode", folders)

    def _read_metadata(self, handle: DatasetHandle, folder: Path) -> dict[str, Any]:
        self._done("metadata", self.handle(handle), "-p", folder)
        content = _object((folder / METADATA_FILE).read_text())
        return _object(json.dumps(content.get("info", content)))


def _object(text: str) -> dict[str, Any]:
    content = json.loads(text)
    assert isinstance(content, dict), content
    return content
