"""A domain of its own for each test: a real database, real files, and users who publish in it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from brant.contract.blobs import ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetResponse,
    ApiCreateDatasetVersionRequest,
    ApiCreateDatasetVersionRequestBody,
    ApiDatasetNewFile,
    ApiListDatasetFilesRequest,
    ApiUploadDirectoryInfo,
)
from brant.server.domain.accounts.passwords import Passwords
from brant.server.domain.actor import Actor, Context
from brant.server.domain.services import Services

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


class CountingHasher(PasswordHasher):
    """argon2 with the least work that it takes; `runs` counts how often that was done."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=8, parallelism=1)
        self.runs = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.runs += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - theirs
        self.runs += 1
        return super().verify(hash, password)


class PlainLinks:
    """Addresses that say what they are for."""

    def upload(self, token: str) -> str:
        return f"http://test/uploads/{token}"

    def blob(self, sha256: str, name: str, *, version_id: int) -> str:
        return f"http://test/blobs/{version_id}/{sha256}/{name}"

    def bundle(self, version_id: int, name: str) -> str:
        return f"http://test/bundles/{version_id}/{name}"

    def submission(self, submission_id: int, name: str) -> str:
        return f"http://test/submissions/{submission_id}/{name}"

    def page(self, path: str) -> str:
        return f"http://test{path}"


@dataclass
class World:
    """The services, a clock that tests set, and what every test does again and again."""

    services: Services
    data: Path
    now: datetime = NOON
    hasher: CountingHasher = field(default_factory=CountingHasher)

    def user(self, name: str, *, is_admin: bool = False) -> Actor:
        made = self.services.users.add(name, self.now, is_admin=is_admin)
        return Actor(made.id, made.name, made.is_admin)

    def bearer(self, token: str) -> Actor | None:
        """Whom an access token stands for now; as `user` gives them, which is without a token."""
        return without_token(self.services.tokens.bearer(token, self.now))

    def context(self, actor: Actor | None) -> Context:
        return Context(actor, self.now, PlainLinks())

    def later(self, **length: float) -> None:
        self.now += timedelta(**length)

    def start(self, actor: Actor, name: str, size: int, kind: ApiBlobType = ApiBlobType.DATASET) -> str:
        request = ApiStartBlobUploadRequest(type=kind, name=name, content_length=size)
        return self.services.uploads.start(self.context(actor), request).token

    def upload(self, actor: Actor, name: str, data: bytes, kind: ApiBlobType = ApiBlobType.DATASET) -> str:
        token = self.start(actor, name, len(data), kind)
        state = self.services.uploads.receive(token, first=0, total=len(data), chunks=[data], now=self.now)
        assert state.complete
        return token

    def tree(
        self, actor: Actor, files: Mapping[str, bytes]
    ) -> tuple[list[ApiDatasetNewFile], list[ApiUploadDirectoryInfo]]:
        """The files uploaded, and how a publish names them."""
        root = ApiUploadDirectoryInfo(files=[], directories=[])
        for path, data in files.items():
            *folders, name = path.split("/")
            place = root
            for folder in folders:
                inner = next((one for one in place.directories if one.name == folder), None)
                if inner is None:
                    inner = ApiUploadDirectoryInfo(name=folder, files=[], directories=[])
                    place.directories.append(inner)
                place = inner
            place.files.append(ApiDatasetNewFile(token=self.upload(actor, name, data)))
        return root.files, root.directories

    def create(
        self, actor: Actor, files: Mapping[str, bytes], *, slug: str | None = "penguins", **fields: Any
    ) -> ApiCreateDatasetResponse:
        tokens, directories = self.tree(actor, files)
        request = ApiCreateDatasetRequest(
            **{"owner_slug": actor.name, "slug": slug, "title": f"Title of {slug}", **fields},
            files=tokens,
            directories=directories,
        )
        return self.services.publishing.create(self.context(actor), request)

    def version(
        self, actor: Actor, files: Mapping[str, bytes], *, of: str = "ada/penguins", **fields: Any
    ) -> ApiCreateDatasetResponse:
        tokens, directories = self.tree(actor, files)
        owner, slug = of.split("/")
        body = ApiCreateDatasetVersionRequestBody(files=tokens, directories=directories, **fields)
        request = ApiCreateDatasetVersionRequest(owner_slug=owner, dataset_slug=slug, body=body)
        return self.services.publishing.create_version(self.context(actor), request)

    def paths(self, of: str = "ada/penguins", actor: Actor | None = None) -> list[str]:
        """The files of the newest version."""
        owner, slug = of.split("/")
        request = ApiListDatasetFilesRequest(owner_slug=owner, dataset_slug=slug, page_size=1000)
        found: list[str] = []
        while request.page_token != "":
            shown = self.services.views.list_files(self.context(actor), request)
            found += [file.name or "" for file in shown.dataset_files]
            request.page_token = shown.next_page_token
        return found

    def blobs(self) -> set[str]:
        """The names of all blobs on the disk."""
        return set(self.services.store.names())

    def staged(self) -> list[str]:
        return sorted(name for name, _ in self.services.store.staging())


def without_token(actor: Actor | None) -> Actor | None:
    """The same actor, whatever it is that they showed."""
    return None if actor is None else actor._replace(token_id=None)


@pytest.fixture(scope="session")
def new_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as it is after the first start; made once, since migrations take their time."""
    data = tmp_path_factory.mktemp("new") / "data"
    Services.open(data).close()
    return data


@pytest.fixture
def world(tmp_path: Path, new_data: Path) -> Iterator[World]:
    shutil.copytree(new_data, tmp_path / "data")
    hasher = CountingHasher()
    services = Services.open(tmp_path / "data", Passwords(hasher))
    yield World(services, tmp_path / "data", hasher=hasher)
    services.close()


@pytest.fixture
def ada(world: World) -> Actor:
    return world.user("ada")


@pytest.fixture
def bob(world: World) -> Actor:
    return world.user("bob")
