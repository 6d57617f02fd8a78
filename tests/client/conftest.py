"""Sessions with the running server, each for a user of its own, and a folder ready to be published."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brant.client.session import Session
from tests.conftest import RunningServer, User

Publishable = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def user(server: RunningServer) -> User:
    return server.new_user()


@pytest.fixture
def session(server: RunningServer, user: User, home: Path) -> Iterator[Session]:
    """A session of `user`, found as a user's own would be."""
    environ = {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": user.token}
    with Session.from_environ(environ, home) as opened:
        yield opened


@pytest.fixture
def publishable(tmp_path: Path, user: User) -> Publishable:
    """Makes a folder with metadata and the files given by path."""

    def make(slug: str = "palmer-penguins", *, files: dict[str, bytes], **metadata: object) -> Path:
        folder = tmp_path / slug
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        values = {
            "id": f"{user.name}/{slug}",
            "title": slug.replace("-", " ").capitalize(),
            "licenses": [{"name": "CC0-1.0"}],
            **metadata,
        }
        (folder / "dataset-metadata.json").write_text(json.dumps(values))
        return folder

    return make
