"""The stage of one scenario: its place, its users, its folders, and the client that is put to the test."""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import pytest

from brant.contract.handles import DatasetHandle
from tests.conformance import contents
from tests.conformance.arrange import Contract
from tests.conformance.contents import Files
from tests.conformance.contest import Contest
from tests.conformance.cutting import CuttingProxy
from tests.conformance.drivers.base import Crashed, Credential, Driver, Publication, Refused
from tests.conformance.drivers.process import ProcessDriver
from tests.conformance.place import Place, Served, User

T = TypeVar("T")

SLUG = "tide-tables"
TITLE = "Tide tables of the North Sea"
# Users of one server are never shared: names count on, apart from those that other tests give.
_numbers = itertools.count(1)


class Stage:
    """What a scenario works with. `user` is the one in whose name the client acts where no other is named."""

    def __init__(self, driver: type[Driver], place: Place, room: Path) -> None:
        self.driver = driver
        self.place = place
        self.user = self.another_user("ada")
        self.handle = DatasetHandle(self.user.name, SLUG)
        self.at = "start"
        self._room = room
        self._rooms = itertools.count(1)

    def step(self, what: str) -> None:
        """Says what comes next, in words that a known defect can name."""
        self.at = what

    def another_user(self, word: str = "ben") -> User:
        """A user nobody else has."""
        return self.place.add_user(f"{word}-of-scenario-{next(_numbers)}")

    def limited(self, *scopes: str) -> User:
        """`self.user` with a token that allows `scopes` alone; only where there is an edge to check them."""
        assert isinstance(self.place, Served)
        return self.place.limited(self.user, *scopes)

    def client(self, user: User | None = None, *, credential: Credential | None = None) -> Driver:
        """The client under test, in the hands of `user` (of `self.user` where none is named)."""
        return self.driver(self.place, user or self.user, self._fresh_room(), credential=credential)

    def anonymous(self) -> Driver:
        """The client under test, without credentials."""
        return self.driver(self.place, None, self._fresh_room(), credential=None)

    @contextmanager
    def client_on_a_bad_line(self, cache: Path | None = None) -> Iterator[tuple[Driver, CuttingProxy]]:
        """The client under test behind a proxy that can cut its connections and counts its bytes."""
        assert isinstance(self.place, Served)
        assert issubclass(self.driver, ProcessDriver)
        with CuttingProxy(self.place.address) as proxy:
            room = self._fresh_room()
            yield self.driver(self.place, self.user, room, address=proxy.address, cache=cache), proxy

    def folder(self, files: Files) -> Path:
        """A folder with `files`."""
        return contents.write(self._fresh_room() / "folder", files)

    def publication(self, files: Files, handle: DatasetHandle | None = None, **about: Any) -> Publication:
        """A folder with `files`, ready to be published under `handle`."""
        return Publication(handle or self.handle, self.folder(files), TITLE, about)

    def published(
        self,
        *versions: Files,
        slug: str = SLUG,
        title: str = TITLE,
        public: bool = False,
        by: User | None = None,
        **about: Any,
    ) -> DatasetHandle:
        """A dataset that is there already: one version for each of `versions`."""
        owner = by or self.user
        handle = DatasetHandle(owner.name, slug)
        contract = self.contract(owner)
        first, *later = versions
        contract.create(handle, first, title=title, public=public, **about)
        for files in later:
            contract.version(handle, files, "Arranged.")
        return handle

    def contest(self, host: User | None = None) -> Contest:
        """A competition that is yet to be made, with a name and a host of its own."""
        return Contest(self.place, host or self.another_user("host"), f"penguins-{next(_numbers)}")

    def written(self, data: bytes, name: str = "submission.csv") -> Path:
        """A file with `data`."""
        return contents.write(self._fresh_room(), {name: data}) / name

    def contract(self, user: User | None = None) -> Contract:
        """The bare contract, in the hands of `user` (or of `self.user`): it arranges and judges."""
        return Contract(self.place, user or self.user)

    def held(self, version: int | None = None) -> contents.Digests:
        """What the place holds of the scenario's dataset."""
        return self.contract().held(self.handle.at(version))

    def _fresh_room(self) -> Path:
        room = self._room / str(next(self._rooms))
        room.mkdir()
        return room


class Because(Enum):
    """Why a client refuses, by what one client or another says of it: no other reason passes for this one."""

    MISSING = r"\b404\b|[Tt]here is no |has no |Could not find competition"
    FORBIDDEN = r"\b403\b|may not|this token lacks|cannot be cloned"
    RULES = r"has not accepted the rules|accepted the competition rules"
    NOT_SIGNED_IN = (
        r"\b401\b|not authenticated|Authentication required|needs credentials|refused the |asks who you are|"
        r"for users alone"
    )
    TOO_LATE = r"took new participants until|\b403\b"
    TOO_MANY = r"its \d+ submissions of today"
    UNREADY = r"has no solution yet"
    TAKEN = r"already|in use|is taken"
    INVALID = (
        r"\b400\b|cannot be|no file name|its name holds|in case|title|licen[cs]e|does not exist|"
        r"there is no file|template|Default "
    )


def refused(because: Because, action: Callable[..., Any], *arguments: Any, **options: Any) -> str:
    """What the client says when it refuses; fails when it does not, or for another reason."""
    with pytest.raises(Refused) as caught:
        action(*arguments, **options)
    assert re.search(because.value, caught.value.said), caught.value.said
    return caught.value.said


def tried_twice(action: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """What comes of an action whose first try may fail, in whatever way, and whose second may not."""
    try:
        return action(*arguments, **options)
    except (Refused, Crashed):
        return action(*arguments, **options)
