"""What the libraries have in common: the functions of kagglehub, which `import brant` gives as well."""

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from brant.contract.handles import DatasetHandle
from tests.conformance.drivers.base import Can, Crashed, FolderMode, Publication, Refused
from tests.conformance.drivers.process import ProcessDriver

_SCRIPT = Path(__file__).with_name("call_function.py")
# Raised by mistakes inside a client, never by what it was asked to do.
_MISTAKES = frozenset(
    {"AttributeError", "IndexError", "KeyError", "NameError", "TypeError", "UnboundLocalError"}
)

OFFERED = frozenset(
    {
        Can.CREATE,
        Can.VERSION,
        Can.NEST_FOLDERS,
        Can.IGNORE,
        Can.DOWNLOAD,
        Can.DOWNLOAD_FILE,
        Can.CACHE,
        Can.RESUME_DOWNLOAD,
        Can.RESUME_UPLOAD,
        Can.WHOAMI,
        Can.ANONYMOUS,
        Can.KEY,
    }
)


class HubFunctions(ProcessDriver):
    """`MODULE.function(…)`. Its upload makes a dataset where there is none, else a version."""

    module: ClassVar[str]

    @abstractmethod
    def python(self) -> Path:
        """The interpreter that has the library."""

    def create(self, what: Publication, *, public: bool = False, folders: FolderMode = "default") -> None:
        self._call("dataset_upload", str(what.handle), str(what.folder))

    def version(
        self,
        what: Publication,
        notes: str,
        *,
        delete_old: bool = False,
        folders: FolderMode = "default",
        ignore: tuple[str, ...] = (),
    ) -> None:
        options = {"ignore_patterns": list(ignore)} if ignore else {}
        self._call("dataset_upload", str(what.handle), str(what.folder), version_notes=notes, **options)

    def download(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        options = {"force_download": True} if again else {}
        return Path(self._call("dataset_download", str(handle), **options))

    def download_file(self, handle: DatasetHandle, name: str) -> Path:
        return Path(self._call("dataset_download", str(handle), name))

    def download_folder(self, handle: DatasetHandle, name: str) -> Path:
        return self.download_file(handle, name)

    def download_to(self, handle: DatasetHandle, folder: Path) -> None:
        self._call("dataset_download", str(handle), output_dir=str(folder))

    def whoami(self) -> str:
        return str(self._call("whoami")["username"])

    def _call(self, function: str, *arguments: str, **options: Any) -> Any:
        asked = {"module": self.module, "function": function, "arguments": arguments, "options": options}
        finished = self.run(self.python(), _SCRIPT, text=json.dumps(asked))
        if finished.code:
            raise Crashed(finished.said)
        answer = json.loads(finished.out.splitlines()[-1])
        if answer.get("error") in _MISTAKES:
            raise Crashed(f"{answer['error']}: {answer['message']}\n{finished.said}")
        if "error" in answer:
            raise Refused(f"{answer['error']}: {answer['message']}")
        return answer["value"]
