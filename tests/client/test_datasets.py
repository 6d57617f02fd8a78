"""Lists, views, metadata, status and deletion, against the real server."""

import json
import struct
import zlib
from pathlib import Path

import pytest

from brant.client import datasets
from brant.client.session import Session
from brant.contract.dataset_messages import DatabundleVersionStatus
from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, InvalidInput, NotFound, ServerFailure
from tests.client.conftest import Publishable
from tests.client.stranger import stranger
from tests.conftest import User
from tests.transfer.peer import status


@pytest.fixture
def handle(session: Session, publishable: Publishable, user: User) -> DatasetHandle:
    datasets.create(session, publishable(files={"penguins.csv": b"species\n", "raw/a.txt": b"a"}))
    return DatasetHandle(user.name, "palmer-penguins")


def test_ones_own_datasets_are_listed(session: Session, handle: DatasetHandle) -> None:
    page = datasets.list_datasets(session, mine=True, sort_by="published", file_type="csv", page_size=5)

    assert [dataset.ref for dataset in page.datasets] == [str(handle)]
    assert datasets.list_datasets(session, mine=True, search="walrus").datasets == []


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"sort_by": "size"}, "--sort-by: 'size' is none of hottest, votes, updated"),
        ({"file_type": "xlsx"}, "--file-type: .* bigQuery"),
        ({"license_name": "mit"}, "--license: .* cc, gpl, odb, other"),
        ({"mine": True, "user": "ada"}, "--mine and --user"),
        ({"page": 0}, "--page counts from 1"),
        ({"page_size": 0}, "--page-size"),
        ({"min_size": -1}, "--min-size"),
        ({"min_size": 5, "max_size": 4}, "--max-size"),
        ({"max_size": 0}, "--max-size"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(session: Session, filters: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        datasets.list_datasets(session, **filters)  # type: ignore[arg-type]


def test_a_dataset_can_be_viewed_in_every_way(session: Session, handle: DatasetHandle) -> None:
    assert datasets.view(session, handle).title == "Palmer penguins"
    assert datasets.status(session, handle) == DatabundleVersionStatus.READY
    assert [file.name for file in datasets.files(session, handle).dataset_files] == [
        "penguins.csv",
        "raw/a.txt",
    ]
    tree = datasets.tree(session, handle)
    assert [folder.name for folder in tree.directories] == ["raw"]
    assert [file.name for file in tree.files] == ["penguins.csv"]
    assert [file.name for file in datasets.tree(session, handle, "raw").files] == ["a.txt"]


def test_a_deleted_dataset_is_gone(session: Session, handle: DatasetHandle) -> None:
    datasets.delete(session, handle)

    for look in (datasets.view, datasets.status, datasets.files, datasets.metadata, datasets.delete):
        with pytest.raises(NotFound):
            look(session, handle)


def test_a_single_version_cannot_be_deleted(session: Session, handle: DatasetHandle) -> None:
    with pytest.raises(InvalidInput, match="as a whole"):
        datasets.delete(session, handle.at(1))


def test_metadata_is_fetched_edited_and_sent_back(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    file = datasets.save_metadata(datasets.metadata(session, handle), tmp_path / "meta")
    held = json.loads(file.read_text())
    held["info"].update(
        title="Penguins of Palmer",
        subtitle="Three species, three islands",
        description="long",
        expectedUpdateFrequency="never",
        userSpecifiedSources="field notes",
    )
    file.write_text(json.dumps(held))

    datasets.update_metadata(session, handle, tmp_path / "meta")

    info = datasets.metadata(session, handle)
    assert (info.title, info.subtitle) == ("Penguins of Palmer", "Three species, three islands")
    assert (info.description, info.expected_update_frequency) == ("long", "never")
    assert info.user_specified_sources == "field notes"


def test_what_an_update_does_not_mention_stays_private(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    (tmp_path / "dataset-metadata.json").write_text('{"title": "Penguins of Palmer"}')

    datasets.update_metadata(session, handle, tmp_path)

    info = datasets.metadata(session, handle)
    assert (info.title, info.is_private) == ("Penguins of Palmer", True)
    assert [licence.name for licence in info.licenses] == ["CC0-1.0"]


def test_metadata_is_not_written_over_edits(session: Session, handle: DatasetHandle, tmp_path: Path) -> None:
    info = datasets.metadata(session, handle)
    file = datasets.save_metadata(info, tmp_path)
    # Counts change by themselves; that is no edit.
    info.total_views += 7
    datasets.save_metadata(info, tmp_path)
    edited = file.read_text().replace("Palmer penguins", "My title")
    file.write_text(edited)

    with pytest.raises(DestinationExists, match="says something else"):
        datasets.save_metadata(info, tmp_path)
    assert file.read_text() == edited
    datasets.save_metadata(info, tmp_path, force=True)
    assert "Palmer penguins" in file.read_text()


def png(width: int, height: int) -> bytes:
    """A black image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes(width)) * height)
    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("named", [True, False])
def test_a_cover_image_is_sent_with_its_crops(tmp_path: Path, named: bool) -> None:
    name = "cover.png" if named else "dataset-cover-image.png"
    (tmp_path / name).write_bytes(png(560, 280))
    values = {"title": "Palmer penguins", "isPrivate": True, **({"image": name} if named else {})}
    (tmp_path / "dataset-metadata.json").write_text(json.dumps(values))
    with stranger() as other:
        other.on["UpdateDatasetMetadata"] = status(200, b"{}", Content_Type="application/json")

        datasets.update_metadata(other.session(None), DatasetHandle("ada", "palmer-penguins"), tmp_path)

        start, *_, update = [json.loads(r.body) for r in other.peer.requests if r.method == "POST"]
        assert (start["type"], start["contentType"]) == ("INBOX", "image/png")
        assert bytes(other.held[f"1-{name}"]) == png(560, 280)
        image = update["settings"]["image"]
        assert image["token"] == f"1-{name}"
        assert [(crop["title"], crop["width"], crop["height"]) for crop in image["cropRectangles"]] == [
            ("cover image", 560, 280),
            ("thumbnail", 280, 280),
        ]


def test_a_cover_image_reaches_the_real_server(
    session: Session, handle: DatasetHandle, tmp_path: Path
) -> None:
    (tmp_path / "dataset-cover-image.png").write_bytes(png(560, 280))
    (tmp_path / "dataset-metadata.json").write_text('{"title": "With a cover"}')

    datasets.update_metadata(session, handle, tmp_path)

    assert datasets.metadata(session, handle).title == "With a cover"


@pytest.mark.parametrize(
    ("image", "words"),
    [("cover.gif", "must end in one of .png"), ("gone.png", "there is no file"), (5, "must be a path")],
)
def test_a_cover_image_that_cannot_be_is_refused(
    session: Session, handle: DatasetHandle, tmp_path: Path, image: object, words: str
) -> None:
    (tmp_path / "dataset-metadata.json").write_text(json.dumps({"image": image}))

    with pytest.raises(InvalidInput, match=f"^dataset-metadata.json: image: .*{words}"):
        datasets.update_metadata(session, handle, tmp_path)


def test_the_servers_reasons_against_an_update_are_said(tmp_path: Path) -> None:
    (tmp_path / "dataset-metadata.json").write_text('{"isPrivate": true}')
    with stranger() as other:
        other.on["UpdateDatasetMetadata"] = status(
            200, b'{"errors": ["no title", "no licence"]}', Content_Type="application/json"
        )

        with pytest.raises(InvalidInput, match=r"^ada/penguins: no title\nada/penguins: no licence$"):
            datasets.update_metadata(other.session(None), DatasetHandle("ada", "penguins"), tmp_path)


def test_pages_in_a_circle_come_to_an_end() -> None:
    with stranger() as other:
        other.on["ListDatasetFiles"] = status(
            200,
            b'{"datasetFiles": [{"name": "a"}], "nextPageToken": "again"}',
            Content_Type="application/json",
        )

        with pytest.raises(ServerFailure, match="in a circle"):
            list(datasets.all_files(other.session(None), DatasetHandle("ada", "penguins")))
