"""Desks of a host and of participants, and a competition that is open."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from brant.client.competitions.data import update_data
from brant.client.competitions.hosting import create, launch
from brant.client.competitions.metadata_file import load
from brant.client.competitions.scoring import create_solution, update_setup
from brant.client.competitions.teams import join
from brant.client.session import Session
from tests.cli.desk import Desk, Ended
from tests.conftest import RunningServer, User

SOLUTION = "id,species,Usage\n1,Adelie,Public\n2,Gentoo,Public\n3,Adelie,Private\n4,Chinstrap,Private\n"
BASELINE = "id,species\n1,Adelie\n2,Adelie\n3,Adelie\n4,Adelie\n"
BETTER = "id,species\n1,Adelie\n2,Gentoo\n3,Adelie\n4,Adelie\n"
DATA = {
    "test.csv": "id,mass\n1,3750\n2,5000\n3,3800\n4,3700\n",
    "sample_submission.csv": BASELINE,
    "train/train.csv": "id,mass,species\n5,3700,Adelie\n",
    "train/notes.txt": "Weighed twice.\n",
}


class Contest(NamedTuple):
    """A competition, and the desk of its host."""

    slug: str
    host: Desk

    def brant(self, verb: str, *words: str | Path) -> Ended:
        """Runs `brant competitions VERB SLUG WORDS…` at the host's desk; it must be done."""
        ended = self.host.brant("competitions", *verb.split(), self.slug, *words)
        assert ended.code == 0, ended.err
        return ended

    def enter(self, *desks: Desk) -> None:
        """Has the users of `desks` join."""
        for desk in desks:
            with session_of(desk) as session:
                join(session, self.slug)


@pytest.fixture
def host(server: RunningServer) -> User:
    """A host whom no other test knows."""
    return server.new_user("host")


@pytest.fixture
def host_desk(tmp_path: Path, server: RunningServer, host: User) -> Desk:
    """The host's desk: metadata, data, and a solution lie there."""
    desk = Desk(tmp_path / "host", {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": host.token})
    metadata = {
        "title": f"Penguins of {host.name}",
        "slug": f"penguins-{host.name}",
        "briefDescription": "Tell penguins apart.",
        "privacy": "PUBLIC",
    }
    write(desk.folder, {"competition-metadata.json": json.dumps(metadata), "solution.csv": SOLUTION})
    write(desk.folder / "data", DATA)
    return desk


@pytest.fixture
def draft(host: User, host_desk: Desk) -> Contest:
    """A competition that was made and has nothing yet."""
    with session_of(host_desk) as session:
        create(session, load(host_desk.folder))
    return Contest(f"penguins-{host.name}", host_desk)


@pytest.fixture
def ready(draft: Contest) -> Contest:
    """A competition that is about to open, by accuracy on two public and two private rows."""
    folder = draft.host.folder
    with session_of(draft.host) as session:
        update_data(session, draft.slug, folder / "data", "first")
        create_solution(session, draft.slug, folder / "solution.csv")
        update_setup(session, draft.slug, {"metric": "accuracy"})
    return draft


@pytest.fixture
def contest(ready: Contest) -> Contest:
    """A competition that is open."""
    with session_of(ready.host) as session:
        launch(session, ready.slug)
    return ready


def session_of(desk: Desk) -> Session:
    """A session of a desk's user, for what a test only begins with: a process for each step takes time."""
    return Session.from_environ(desk.environ, desk.home)


@pytest.fixture
def participant(tmp_path: Path, server: RunningServer) -> Callable[[str], Desk]:
    """Desks of users who host nothing: `participant("ada")`; files to submit lie there."""

    def sit(name: str) -> Desk:
        user = server.new_user(name)
        desk = Desk(
            tmp_path / user.name,
            {"BRANT_ENDPOINT": server.address, "KAGGLE_API_TOKEN": user.token, "WHO": user.name},
        )
        write(desk.folder, {"baseline.csv": BASELINE, "better.csv": BETTER})
        return desk

    return sit


@pytest.fixture
def ada(participant: Callable[[str], Desk]) -> Desk:
    """A participant's desk."""
    return participant("ada")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
