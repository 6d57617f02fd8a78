"""Desks, with and without a server behind them, and a dataset to work with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.conftest import RunningServer, User


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk without server and credentials; what it would reach refuses connections."""
    return Desk(tmp_path, {"BRANT_ENDPOINT": "http://127.0.0.1:9"})


@pytest.fixture
def ada(server: RunningServer) -> User:
    """A user whom no other test knows."""
    return server.new_user("ada")


@pytest.fixture
def ada_desk(tmp_path: Path, server: RunningServer, ada: User) -> Desk:
    """The desk of a user who is signed in."""
    return Desk(tmp_path, {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": ada.token})


@pytest.fixture
def draft(tmp_path: Path, ada: User) -> Callable[..., Path]:
    """Makes folders ready to publish: `draft(slug, {name: content})`."""

    def make(slug: str = "penguins", files: dict[str, bytes] | None = None, **metadata: object) -> Path:
        folder = tmp_path / "drafts" / slug
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (files or {"penguins.csv": b"island,mass\nDream,3750\n"}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        described = {
            "id": f"{ada.name}/{slug}",
            "title": f"Title of {slug}",
            "licenses": [{"name": "CC0-1.0"}],
            **metadata,
        }
        (folder / "dataset-metadata.json").write_text(json.dumps(described))
        return folder

    return make


@pytest.fixture
def penguins(ada_desk: Desk, ada: User, draft: Callable[..., Path]) -> str:
    """The handle of a dataset of three files, one of them in a folder."""
    files = {
        "penguins.csv": b"island,mass\nDream,3750\n",
        "raw/colony.csv": b"colony\nTorgersen\n",
        "raw/notes.txt": b"Counted twice.\n",
    }
    created = ada_desk.brant("datasets", "create", "-p", draft("penguins", files), "-q")
    assert created.code == 0, created.err
    return f"{ada.name}/penguins"
