"""The metadata of a published dataset: written to a file to be edited, and sent back from it."""

import json
from pathlib import Path
from typing import Any, Final

from brant.client.complaints import Complaints
from brant.client.datasets.metadata_file import COVER_NAMES, FILE_NAME, Document, load, resources
from brant.client.session import Session
from brant.client.whole_files import write_whole
from brant.contract import datasets as wire
from brant.contract.codec import to_rest
from brant.contract.dataset_messages import (
    ApiGetDatasetMetadataRequest,
    ApiUpdateDatasetMetadataRequest,
    CollaboratorType,
    CroppedImageRectangle,
    CroppedImageUpload,
    DatasetCollaborator,
    DatasetInfo,
    DatasetSettings,
    DatasetSettingsFile,
    DatasetSettingsFileColumn,
    SettingsLicense,
)
from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, InvalidInput

_IMAGE_TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
# Which parts of a cover image are shown (metadata_files.json `crop_rectangles`), in pixels.
_CROPS: Final = (("cover image", 0, 560), ("thumbnail", 140, 280))
_CROP_HEIGHT: Final = 280
# What a user edits; the other keys are counts and names that the server keeps.
_EDITABLE: Final = (
    "title",
    "subtitle",
    "description",
    "isPrivate",
    "keywords",
    "licenses",
    "collaborators",
    "data",
    "resources",
    "expectedUpdateFrequency",
    "userSpecifiedSources",
)


def save_metadata(info: DatasetInfo, folder: Path, *, force: bool = False) -> Path:
    """Write `info` into `folder` in the official form, to be edited and sent back by `update_metadata`.

    Raises DestinationExists rather than write over a file that says something else, unless `force`;
    LocalFailure.
    """
    path = folder / FILE_NAME
    said = to_rest(info)
    text = json.dumps({"info": said}, indent=2, ensure_ascii=False) + "\n"
    if not force and path.exists() and not _says(path, said):
        raise DestinationExists(
            f"{path} is there and says something else: move it away, or write over it with --force"
        )
    write_whole(path, text)
    return path


def update_metadata(session: Session, handle: DatasetHandle, folder: Path) -> None:
    """Send what the metadata file in `folder` says of the dataset; what it does not mention stays as it is.

    Raises InvalidInput with one line for each broken rule, or for each of the server's reasons.
    """
    document = load(folder)
    settings = settings_of(document)
    image = _cover(document)
    if "isPrivate" not in document.values:
        # The wire has no "leave it as it is" for this one, and a default would publish a private dataset.
        request = ApiGetDatasetMetadataRequest(owner_slug=handle.owner, dataset_slug=handle.slug)
        info = session.call(wire.GET_DATASET_METADATA, request).info
        settings.is_private = True if info is None else info.is_private
    if image is not None:
        settings.image = _upload_cover(session, image)
    answer = session.call(
        wire.UPDATE_DATASET_METADATA,
        ApiUpdateDatasetMetadataRequest(owner_slug=handle.owner, dataset_slug=handle.slug, settings=settings),
    )
    if answer.errors:
        raise InvalidInput("\n".join(f"{handle}: {error}" for error in answer.errors))


def _says(path: Path, said: dict[str, Any]) -> bool:
    """Whether the file holds nothing of a user's own: all that one can edit is as the server says."""
    try:
        held = load(path.parent).values
    except InvalidInput:
        return False
    return all(held.get(key) == said.get(key) for key in _EDITABLE)


def settings_of(document: Document) -> DatasetSettings:
    """What the file says, every key of it. Raises InvalidInput with one line for each broken rule."""
    values = document.values
    checks = Complaints(document.path.name)
    private = values.get("isPrivate", False)
    if not isinstance(private, bool):
        checks.add("isPrivate", "must be true or false, without quotes")
    texts = {
        key: checks.text(values, key) or None
        for key in ("title", "subtitle", "description", "userSpecifiedSources", "expectedUpdateFrequency")
    }
    found = DatasetSettings(
        title=texts["title"],
        subtitle=texts["subtitle"],
        description=texts["description"],
        is_private=private is True,
        keywords=checks.texts(values, "keywords"),
        licenses=_licenses(values, checks),
        collaborators=_collaborators(values, checks),
        data=_data(document, checks),
        expected_update_frequency=texts["expectedUpdateFrequency"],
        user_specified_sources=texts["userSpecifiedSources"],
    )
    checks.raise_if_any()
    return found


def _objects(values: dict[str, Any], key: str, checks: Complaints, form: str) -> list[dict[str, Any]]:
    listed = values.get(key) or []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        checks.add(key, f"must be a list of objects, such as {form}")
        return []
    return listed


def _licenses(values: dict[str, Any], checks: Complaints) -> list[SettingsLicense]:
    found = []
    for number, item in enumerate(_objects(values, "licenses", checks, '[{"name": "CC0-1.0"}]')):
        name = checks.text(item, "name", required=True, within=f"licenses[{number}]")
        found.append(SettingsLicense(name=name))
    return found


def _collaborators(values: dict[str, Any], checks: Complaints) -> list[DatasetCollaborator]:
    found = []
    form = '[{"username": "ada", "role": "reader"}]'
    for number, item in enumerate(_objects(values, "collaborators", checks, form)):
        key = f"collaborators[{number}]"
        username = checks.text(item, "username", within=key)
        group = checks.text(item, "groupSlug", within=key)
        if not username and not group:
            checks.add(key, 'must name a user, such as {"username": "ada", "role": "reader"}')
        word = checks.text(item, "role", required=True, within=key)
        role = CollaboratorType(word) if word else CollaboratorType.READER
        if not role.known:
            words = ", ".join(name.lower() for name in list(CollaboratorType.__members__)[1:])
            checks.add(f"{key}.role", f"{word[:40] if word else ''!r} is none of {words}")
        found.append(DatasetCollaborator(username=username or None, group_slug=group or None, role=role))
    return found


def _data(document: Document, checks: Complaints) -> list[DatasetSettingsFile]:
    """What is said of the files: `data` in the wire's own form, else `resources` in that of a new dataset."""
    listed = _objects(document.values, "data", checks, '[{"name": "data.csv", "description": "…"}]')
    if not listed:
        return [
            DatasetSettingsFile(
                name=resource.path,
                description=resource.description,
                columns=[
                    DatasetSettingsFileColumn(
                        name=column.name, description=column.description or None, type=column.original_type
                    )
                    for column in resource.columns
                ],
            )
            for resource in resources(document, checks, must_exist=False)
        ]
    found = []
    for number, item in enumerate(listed):
        key = f"data[{number}]"
        columns = _objects(item, "columns", checks, '[{"name": "species", "type": "string"}]')
        found.append(
            DatasetSettingsFile(
                name=checks.text(item, "name", required=True, within=key) or "",
                description=checks.text(item, "description", within=key) or None,
                columns=[
                    DatasetSettingsFileColumn(
                        name=checks.text(column, "name", required=True, within=f"{key}.columns") or "",
                        description=checks.text(column, "description", within=f"{key}.columns") or None,
                        type=checks.text(column, "type", within=f"{key}.columns") or None,
                    )
                    for column in columns
                ],
            )
        )
    return found


def _cover(document: Document) -> Path | None:
    """The cover image that the file names, else the one with a canonical name beside it."""
    named = document.values.get("image")
    if not named:
        return next(
            (document.folder / name for name in COVER_NAMES if (document.folder / name).is_file()), None
        )
    if not isinstance(named, str):
        raise InvalidInput(f'{document.path.name}: image: must be a path in quotes, such as "cover.png"')
    image = document.folder / named
    if image.suffix.lower() not in _IMAGE_TYPES:
        kinds = ", ".join(_IMAGE_TYPES)
        raise InvalidInput(f"{document.path.name}: image: {named!r} must end in one of {kinds}")
    if not image.is_file():
        raise InvalidInput(f"{document.path.name}: image: there is no file {named!r} in {document.folder}")
    return image


def _upload_cover(session: Session, image: Path) -> CroppedImageUpload:
    from brant.client.uploads.sending import start_blob
    from brant.client.uploads.single import send, single_file
    from brant.contract.blobs import ApiBlobType

    start = start_blob(session, ApiBlobType.INBOX, _IMAGE_TYPES[image.suffix.lower()])
    token = send(session, single_file(image), start)
    return CroppedImageUpload(
        token=token,
        crop_rectangles=[
            CroppedImageRectangle(title=title, top=0, left=left, width=width, height=_CROP_HEIGHT)
            for title, left, width in _CROPS
        ],
    )
