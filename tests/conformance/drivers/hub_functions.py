"""What the libraries have in common: the functions of kagglehub, which `import brant` gives as well."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from brant.contract.handles import DatasetHandle
from tests.conformance.drivers.base import Can, Crashed, FolderMode, Publication, Refused
from tests.conformance.drivers.process import ProcessDriver
from tests.conformance.drivers.terminal import converse
from tests.conformance.place import User

_SCRIPT = Path(__file__).with_name("call_function.py")
# Raised by mistakes inside a client, never by what it was asked to do.
_MISTAKES = frozenset(
    {"AttributeError", "IndexError", "KeyError", "NameError", "TypeError", "UnboundLocalError"}
)

OFFERED = frozenset(
    {
        Can.SCOPES,
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
        Can.LOGIN,
        Can.ANONYMOUS,
        Can.KEY,
        Can.COMPETITION_FOLDER,
        Can.COMPETITION_FILE,
        Can.COMPETITION_CACHE,
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

    def competition_folder(self, slug: str, *, again: bool = False) -> Path:
        options = {"force_download": True} if again else {}
        return Path(self._call("competition_download", slug, **options))

    def competition_file(self, slug: str, name: str) -> Path:
        return Path(self._call("competition_download", slug, name))

    def competition_to(self, slug: str, folder: Path) -> None:
        self._call("competition_download", slug, output_dir=str(folder))

    def whoami(self) -> str:
        return str(self._call("whoami")["username"])

    def login(self, user: User) -> str:
        asked = _asked(self.module, ("login", (), {}), ("whoami", (), {}))
        command = [str(self.python()), str(_SCRIPT), asked]
        answers = self.login_answers(user)
        shown = converse(self.python(), command, answers, environ=self.environ(), folder=self.room / "here")
        assert answers[-1] not in shown, f"{self.name} showed a secret"
        return str(_value(shown)["username"])

    def login_answers(self, user: User) -> tuple[str, ...]:
        """What `login` asks for."""
        return (user.token,)

    def _call(self, function: str, *arguments: str, **options: Any) -> Any:
        finished = self.run(self.python(), _SCRIPT, _asked(self.module, (function, arguments, options)))
        if finished.code:
            raise Crashed(finished.said)
        return _value(finished.out)


def _asked(module: str, *calls: tuple[str, Sequence[str], Mapping[str, Any]]) -> str:
    return json.dumps({"module": module, "calls": calls})


def _value(said: str) -> Any:
    answer = json.loads(said.splitlines()[-1])
    if answer.get("error") in _MISTAKES:
        raise Crashed(f"{answer['error']}: {answer['message']}\n{said}")
    if "error" in answer:
        raise Refused(f"{answer['error']}: {answer['message']}")
    return answer["value"]
