"""Claims: a hash stands for its bytes only to those who have a right to them."""

import hashlib
from typing import Any

import pytest

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDatasetNewFile,
    ApiDeleteDatasetRequest,
    ApiUpdateDatasetMetadataRequest,
    CollaboratorType,
    DatasetCollaborator,
    DatasetSettings,
)
from brant.contract.extensions import BlobClaim, ClaimBlobsRequest
from brant.errors import InvalidInput, Unauthenticated
from brant.server.domain.actor import Actor
from tests.server.domain.conftest import World

OF: dict[str, Any] = {"owner_slug": "ada", "dataset_slug": "penguins"}
DATA = b"species,mass\n"


def claim_for(data: bytes, **fields: Any) -> BlobClaim:
    values = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "name": "a.csv", **fields}
    return BlobClaim(**values)


def claim(world: World, actor: Actor | None, *claims: BlobClaim) -> list[str]:
    return world.services.claims.claim(world.context(actor), ClaimBlobsRequest(blobs=list(claims))).tokens


def test_a_claimed_blob_is_published_without_its_bytes(world: World, ada: Actor, bob: Actor) -> None:
    world.create(ada, {"a.csv": DATA})
    (token,) = claim(world, bob, claim_for(DATA, name="mine.csv"))
    request = ApiCreateDatasetRequest(title="Reused", files=[ApiDatasetNewFile(token=token)])
    assert world.services.publishing.create(world.context(bob), request).status == "ok"
    assert world.paths("bob/reused") == ["mine.csv"]


def test_tokens_come_in_the_order_of_the_claims(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": DATA})
    tokens = claim(world, ada, claim_for(b"unknown"), claim_for(DATA), claim_for(b"other"), claim_for(DATA))
    assert [bool(token) for token in tokens] == [False, True, False, True]
    assert tokens[1] != tokens[3]


def test_bytes_of_a_private_dataset_are_not_given_to_who_names_them(
    world: World, ada: Actor, bob: Actor
) -> None:
    world.create(ada, {"a.csv": DATA}, is_private=True)
    assert claim(world, bob, claim_for(DATA)) == [""]
    reader = DatasetCollaborator(username="bob", role=CollaboratorType.READER)
    settings = DatasetSettings(is_private=True, collaborators=[reader])
    world.services.metadata.update(
        world.context(ada), ApiUpdateDatasetMetadataRequest(**OF, settings=settings)
    )
    assert claim(world, bob, claim_for(DATA)) != [""]


def test_bytes_that_one_uploaded_oneself_may_be_claimed(world: World, ada: Actor, bob: Actor) -> None:
    world.upload(ada, "a.csv", DATA)
    assert claim(world, bob, claim_for(DATA)) == [""]
    assert claim(world, ada, claim_for(DATA)) != [""]


def test_a_claim_prolongs_no_right(world: World, ada: Actor, bob: Actor) -> None:
    """What was earned by reading must be earned again: the claim itself is no upload."""
    world.create(ada, {"a.csv": DATA})
    assert claim(world, bob, claim_for(DATA)) != [""]
    world.services.metadata.delete(world.context(ada), ApiDeleteDatasetRequest(**OF))
    assert claim(world, bob, claim_for(DATA)) == [""]


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": len(DATA) + 1},
        {"size": -1},
        {"sha256": ""},
        {"sha256": "x" * 64},
        {"sha256": "%" * 9000},
    ],
)
def test_a_claim_that_does_not_fit_is_not_granted(world: World, ada: Actor, wrong: dict[str, Any]) -> None:
    world.create(ada, {"a.csv": DATA})
    assert claim(world, ada, claim_for(DATA, **wrong)) == [""]


def test_a_hash_in_capitals_is_the_same_hash(world: World, ada: Actor) -> None:
    world.create(ada, {"a.csv": DATA})
    assert claim(world, ada, claim_for(DATA, sha256=hashlib.sha256(DATA).hexdigest().upper())) != [""]


def test_bad_claims_are_refused(world: World, ada: Actor) -> None:
    with pytest.raises(InvalidInput, match="file name"):
        claim(world, ada, claim_for(DATA, name=""))
    with pytest.raises(InvalidInput, match="too many"):
        claim(world, ada, *[claim_for(DATA)] * 100_001)
    with pytest.raises(Unauthenticated):
        claim(world, None, claim_for(DATA))
