"""Layouts: read once for all ranges of a version, in blocks, and no more of them than there is room for."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
import sqlalchemy as sa

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDatasetNewFile,
    ApiDeleteDatasetRequest,
)
from brant.contract.extensions import BlobClaim, ClaimBlobsRequest
from brant.errors import NotFound
from brant.server.domain.actor import Actor
from brant.server.domain.stored import Stored
from brant.server.domain.versions.bundles import Bundle
from brant.server.domain.versions.layouts import BLOCK, Laid, Layouts
from brant.server.store.tables import versions
from tests.server.domain.conftest import NOON, World

# More than two blocks, of files that are empty, shorter and longer than their headers.
CONTENTS = (b"", b"x" * 20, b"y" * 400)
NAMES = [f"{n:04}.csv" for n in range(2 * BLOCK + 88)]


@pytest.fixture
def bundle(world: World, ada: Actor) -> Bundle:
    world.create(ada, {f"{n}.csv": content for n, content in enumerate(CONTENTS)}, slug="seed")
    of = [CONTENTS[n % 3] for n in range(len(NAMES))]
    blobs = [
        BlobClaim(sha256=sha256(content).hexdigest(), size=len(content), name=name)
        for name, content in zip(NAMES, of, strict=True)
    ]
    tokens = world.services.claims.claim(world.context(ada), ClaimBlobsRequest(blobs=blobs)).tokens
    world.services.publishing.create(
        world.context(ada),
        ApiCreateDatasetRequest(
            slug="penguins",
            title="Palmer Penguins",
            files=[ApiDatasetNewFile(token=token) for token in tokens],
        ),
    )
    return world.services.stored.bundle(2, ada.user_id)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    heard: list[str] = []

    def hear(*event: object) -> None:
        heard.append(str(event[2]))

    engine = world.services.db._engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    yield heard
    sa.event.remove(engine, "before_cursor_execute", hear)


def test_ranges_that_cross_blocks_are_slices_of_the_whole(bundle: Bundle) -> None:
    whole = bundle.read(0, bundle.size)
    chance = random.Random(5)
    for _ in range(300):
        first = chance.randrange(bundle.size)
        stop = min(bundle.size, first + chance.choice([1, 40, 5_000, 60_000, bundle.size]))
        assert bundle.read(first, stop) == whole[first:stop]


def test_a_layout_is_read_once(world: World, bundle: Bundle) -> None:
    whole = bundle.read(0, bundle.size)

    with statements(world) as heard:
        assert bundle.read(0, bundle.size) == whole
    assert heard == []


def test_without_room_for_all_blocks_the_bytes_are_the_same(world: World, ada: Actor, bundle: Bundle) -> None:
    whole = bundle.read(0, bundle.size)
    tight = Layouts(world.services.db, most_bytes=1)
    cramped = Stored(world.services.db, world.services.store, tight).bundle(2, ada.user_id)

    assert cramped.read(0, cramped.size) == whole
    assert len(tight._blocks) == 1


def test_a_version_that_is_gone_has_no_layout(world: World, ada: Actor, bundle: Bundle) -> None:
    world.services.metadata.delete(
        world.context(ada), ApiDeleteDatasetRequest(owner_slug="ada", dataset_slug="penguins")
    )
    layouts = Layouts(world.services.db)
    for read in (layouts.fences, lambda laid: layouts.block(laid, 0)):
        with pytest.raises(NotFound, match="deleted while it was read"):
            read(Laid(2, len(NAMES), NOON))


def test_a_number_of_a_version_is_never_given_again(world: World, ada: Actor) -> None:
    for _ in range(2):
        world.create(ada, {"a.csv": b"1"})
        world.services.metadata.delete(
            world.context(ada), ApiDeleteDatasetRequest(owner_slug="ada", dataset_slug="penguins")
        )
    world.create(ada, {"a.csv": b"1"})
    with world.services.db.read() as connection:
        assert connection.scalars(sa.select(versions.c.id)).all() == [3]
