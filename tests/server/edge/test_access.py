"""Access: what a private dataset shows to whom; and addresses end with the right to see what they show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from brant.contract.scopes import FULL
from brant.server.domain.accounts.hashes import digest
from brant.server.domain.accounts.tokens import issue
from brant.server.domain.services import DATABASE_NAME
from brant.server.store.database import Database
from brant.server.store.tables import tokens
from tests.conftest import RunningServer, User
from tests.server.edge.calls import Answer, address_of, bearer, rpc, send, upload
from tests.server.oauth import flow

EXPIRE = "users.AccountService/ExpireApiToken"
DATASETS = "datasets.DatasetApiService"
READS = {
    "GetDataset": 200,
    "GetDatasetStatus": 200,
    "GetDatasetMetadata": 200,
    "GetDatasetFilesSummary": 200,
    "ListDatasetFiles": 200,
    "ListTreeDatasetFiles": 200,
    "DownloadDataset": 302,
    "DownloadDatasetRaw": 302,
}


class Private(NamedTuple):
    """A private dataset of one file, and those around it."""

    server: RunningServer
    owner: User
    reader: User
    writer: User
    stranger: User
    handle: dict[str, str]

    def call(self, user: User | None, method: str, **fields: Any) -> Answer:
        request = {**self.handle, **fields}
        return rpc(self.server, f"{DATASETS}/{method}", request, bearer(user) if user else {})

    def settings(self, user: User, **fields: Any) -> Answer:
        return self.call(user, "UpdateDatasetMetadata", settings={"isPrivate": True, **fields})

    def collaborate(self) -> None:
        people = [
            {"username": self.reader.name, "role": "READER"},
            {"username": self.writer.name, "role": "WRITER"},
        ]
        assert self.settings(self.owner, collaborators=people).json == {}

    def address(self, user: User, file: str | None) -> str:
        answer = self.call(user, "DownloadDataset", **({"fileName": file} if file else {}))
        assert answer.status == 302
        return answer.location


@pytest.fixture
def private(server: RunningServer) -> Private:
    owner, reader, writer, stranger = (server.new_user(stem) for stem in ("ada", "rita", "will", "eve"))
    handle = {"ownerSlug": owner.name, "datasetSlug": "quiet-whales"}
    made = Private(server, owner, reader, writer, stranger, handle)
    request = {
        "ownerSlug": owner.name,
        "slug": "quiet-whales",
        "title": "Quiet Whales",
        "isPrivate": True,
        "files": [{"token": upload(server, owner, "whales.csv", b"x\n1\n")}],
    }
    assert rpc(server, f"{DATASETS}/CreateDataset", request, bearer(owner)).json["status"] == "ok"
    made.collaborate()
    return made


def test_a_private_dataset_is_not_there_for_strangers(private: Private) -> None:
    for user in (None, private.stranger):
        for method in READS:
            answer = private.call(user, method, fileName="whales.csv")
            assert answer.status == 404, method
            assert b"whales.csv" not in answer.body.replace(b"quiet-whales", b"")
        for words in (
            {"search": "whales"},
            {"user": private.owner.name},
            {"search": "quiet", "group": "ALL"},
        ):
            listed = rpc(private.server, f"{DATASETS}/ListDatasets", words, bearer(user) if user else {})
            assert private.owner.name.encode() not in listed.body
    for method in ("CreateDatasetVersion", "UpdateDatasetMetadata", "DeleteDataset"):
        assert private.call(None, method, settings={"isPrivate": False}).status == 401
        assert private.call(private.stranger, method, settings={"isPrivate": False}).status == 404


def test_each_role_may_do_what_it_may_and_no_more(private: Private) -> None:
    for user in (private.reader, private.writer, private.owner):
        for method, status in READS.items():
            assert private.call(user, method, fileName="whales.csv").status == status, method
    people = private.call(private.owner, "GetDatasetMetadata").json["info"]["collaborators"]
    changed = {"subtitle": "Sounds of whales that were counted", "collaborators": people}
    assert private.settings(private.reader, **changed).status == 403
    assert private.settings(private.writer, **changed).json == {}
    assert private.settings(private.writer, **changed, isPrivate=False).status == 403
    assert private.settings(private.writer, collaborators=[]).status == 403
    for user in (private.reader, private.writer):
        assert private.call(user, "DeleteDataset").status == 403
    assert private.call(private.owner, "DeleteDataset").status == 200


@pytest.mark.parametrize("file", ["whales.csv", None])
def test_an_address_ends_with_the_right_to_see_the_dataset(private: Private, file: str | None) -> None:
    address = private.address(private.reader, file)
    assert send(private.server, "GET", address).status == 200
    assert private.settings(private.owner, collaborators=[]).json == {}
    assert send(private.server, "GET", address).status == 404
    assert send(private.server, "GET", private.address(private.owner, file)).status == 200


@pytest.mark.parametrize("file", ["whales.csv", None])
def test_an_address_ends_when_the_token_that_asked_for_it_is_revoked(
    private: Private, file: str | None
) -> None:
    stolen = replace(private.owner, token=private.server.token(private.owner.name, "datasets.get:*"))
    theirs, mine = private.address(stolen, file), private.address(private.owner, file)
    assert send(private.server, "GET", theirs).status == 200
    revoked = rpc(private.server, EXPIRE, {"token": stolen.token}, bearer(private.owner))
    assert revoked.status == 200
    answer = send(private.server, "GET", theirs)
    assert (answer.status, b"revoked" in answer.body) == (403, True)
    assert send(private.server, "GET", mine).status == 200


def test_an_address_ends_with_the_application_that_asked_for_it(private: Private) -> None:
    client_id = flow.register(private.server)
    told = flow.tokens(private.server, private.owner, client_id)
    address = private.address(replace(private.owner, token=told["access_token"]), None)
    assert send(private.server, "GET", address).status == 200
    flow.post(private.server, "revoke", {"client_id": client_id, "token": told["refresh_token"]})
    assert send(private.server, "GET", address).status == 403


def test_an_address_outlives_the_token_that_asked_for_it(private: Private) -> None:
    db = Database(private.server.data / DATABASE_NAME)
    try:
        with db.write() as connection:
            short = issue(
                connection,
                kind="access",
                user_id=flow.user_id(private.server, private.owner),
                now=datetime.now(UTC),
                lifetime=timedelta(hours=1),
                scopes=FULL,
            )
        address = private.address(replace(private.owner, token=short), None)
        with db.write() as connection:
            ended = {"expires": datetime.now(UTC) - timedelta(hours=1)}
            connection.execute(sa.update(tokens).where(tokens.c.hash == digest(short)).values(ended))
    finally:
        db.close()
    assert flow.hello(private.server, short) == 401
    assert send(private.server, "GET", address).status == 200


@pytest.mark.parametrize("file", ["whales.csv", None])
def test_an_address_that_anybody_was_given_ends_when_the_dataset_turns_private(
    private: Private, file: str | None
) -> None:
    assert private.settings(private.owner, isPrivate=False, title="Quiet Whales").json == {}
    address = address_of(private.server, "/".join(private.handle.values()), file)
    assert send(private.server, "GET", address).status == 200
    assert private.settings(private.owner).json == {}
    assert send(private.server, "GET", address).status == 404


def test_an_admin_of_the_server_sees_everything_and_so_do_their_addresses(private: Private) -> None:
    private.server.add_user("root-of-access", admin=True)
    root = User("root-of-access", private.server.token("root-of-access"), "")
    assert send(private.server, "GET", private.address(root, "whales.csv")).body == b"x\n1\n"
