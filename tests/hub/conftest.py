"""The library as a user has it: its own home, cache and server, by variables alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brant.client import datasets
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.hub.connection import remember
from tests.conftest import RunningServer, User

FILES = {"penguins.csv": b"species\nAdelie\n", "raw/notes.txt": b"notes", "raw/deep/more.txt": b"more"}


@pytest.fixture
def user(server: RunningServer) -> User:
    return server.new_user()


@pytest.fixture(autouse=True)
def variables(
    server: RunningServer, user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Variables that name the server, the user, and a home and cache of the test's own."""
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "XDG_CACHE_HOME", "BRANT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BRANT_ENDPOINT", server.address)
    monkeypatch.setenv("KAGGLE_API_TOKEN", user.token)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "cache"))
    yield
    remember(None)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def handle(server: RunningServer, user: User, tmp_path: Path) -> str:
    """A published dataset with FILES in it."""
    folder = fill(tmp_path / "source", FILES)
    environ = {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": user.token}
    with Session.from_environ(environ, tmp_path) as session:
        datasets.publish(session, DatasetHandle(user.name, "palmer-penguins"), folder)
    return f"{user.name}/palmer-penguins"


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The files below `folder`, without completion markers."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".complete")
    }
