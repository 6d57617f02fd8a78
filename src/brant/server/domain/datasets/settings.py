"""What UpdateDatasetMetadata sets, field by field; what is wrong is said in words, all of it at once.

An empty title, no licence and no files leave theirs as they are: a dataset always has them. Other texts and
lists are set as they come, empty ones too: what `datasets metadata` wrote can be edited and sent back.
No `isPrivate` means public: kagglesdk 0.1.37 leaves out what is false, so nothing else could mean it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import (
    ApiDatasetColumn,
    CollaboratorType,
    CroppedImageUpload,
    DatasetCollaborator,
    DatasetSettings,
    DatasetSettingsFile,
)
from brant.errors import InvalidInput
from brant.server.domain.actor import Actor
from brant.server.domain.blobs.upload_tokens import find_complete, use_up
from brant.server.domain.datasets import rules
from brant.server.domain.datasets.index import set_tags
from brant.server.domain.datasets.permissions import visible_to
from brant.server.domain.versions.manifests import extension
from brant.server.store.tables import collaborators, datasets, files, users, versions

_IMAGES: Final = (".png", ".jpg", ".jpeg", ".webp")
_ROLES: Final = (CollaboratorType.READER, CollaboratorType.WRITER, CollaboratorType.ADMIN)


def collaborators_of(connection: Connection, dataset_id: int) -> list[DatasetCollaborator]:
    """Who collaborates, by name."""
    rows = connection.execute(
        sa.select(users.c.name, collaborators.c.role)
        .join(users, users.c.id == collaborators.c.user_id)
        .where(collaborators.c.dataset_id == dataset_id)
        .order_by(users.c.name)
    )
    return [DatasetCollaborator(username=row.name, role=CollaboratorType(row.role)) for row in rows]


def changes_access(connection: Connection, dataset: Any, settings: DatasetSettings) -> bool:
    """Whether the settings change who sees the dataset or who may edit it."""
    asked = {(person.username or "").lower(): person.role for person in settings.collaborators}
    asked.pop(dataset.owner, None)
    present = {person.username: person.role for person in collaborators_of(connection, dataset.id)}
    return settings.is_private != dataset.is_private or asked != present


def apply(
    connection: Connection, dataset: Any, settings: DatasetSettings, actor: Actor, now: datetime
) -> list[str]:
    """Sets everything it can and answers what it cannot; the caller rolls back when there is any."""
    values: dict[str, Any] = {"is_private": settings.is_private, "updated": now}
    steps: list[Callable[[], object]] = [
        lambda: values.update(_title(connection, dataset, settings.title, actor)),
        lambda: values.update(subtitle=rules.subtitle(settings.subtitle)),
        lambda: values.update(description=rules.text("the description", settings.description)),
        lambda: values.update(sources=rules.text("userSpecifiedSources", settings.user_specified_sources)),
        lambda: values.update(update_frequency=rules.frequency(settings.expected_update_frequency)),
        lambda: values.update(_license(settings)),
        lambda: set_tags(connection, dataset.id, _all_good_tags(settings.keywords)),
        lambda: _set_collaborators(connection, dataset, settings.collaborators),
        *(lambda file=file: _describe(connection, dataset, file) for file in settings.data),
    ]
    if settings.image is not None and settings.image.token:
        image = settings.image
        steps.append(lambda: values.update(_cover(connection, image, actor, now)))
    errors = list(_complaints(steps))
    connection.execute(sa.update(datasets).where(datasets.c.id == dataset.id).values(values))
    return errors


def _complaints(steps: Iterable[Callable[[], object]]) -> Iterable[str]:
    for step in steps:
        try:
            step()
        except InvalidInput as error:
            yield error.message


def _title(connection: Connection, dataset: Any, text: str | None, actor: Actor) -> dict[str, str]:
    if not text:
        return {}
    title = rules.title(text)
    key = rules.title_key(title)
    other = connection.execute(
        sa.select(datasets.c.slug, visible_to(actor).label("visible")).where(
            datasets.c.owner_id == dataset.owner_id, datasets.c.title_key == key, datasets.c.id != dataset.id
        )
    ).one_or_none()
    if other is not None:
        user = f"{dataset.owner}/{other.slug}" if other.visible else f"another dataset of {dataset.owner}"
        raise InvalidInput(f"the title {title!r} is in use by {user}: choose another title")
    return {"title": title, "title_key": key}


def _license(settings: DatasetSettings) -> dict[str, str]:
    if not settings.licenses:
        return {}
    if len(settings.licenses) > 1:
        raise InvalidInput(f"{len(settings.licenses)} licences are given: keep exactly one in `licenses`")
    name = rules.license_name(settings.licenses[0].name)
    return {"license": name, "license_group": rules.license_group(name)}


def _all_good_tags(words: Iterable[str]) -> list[str]:
    good, bad = rules.tags(words)
    if bad:
        raise InvalidInput(
            f"no tags can be made of {', '.join(map(repr, bad))}: use words of letters and digits"
        )
    return good


def _set_collaborators(connection: Connection, dataset: Any, given: Iterable[DatasetCollaborator]) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for person in given:
        name = (person.username or "").lower()
        if person.group_slug:
            raise InvalidInput(f"there is no group {person.group_slug[:60]!r}: name the users one by one")
        if name == dataset.owner:
            continue
        user_id = connection.scalar(sa.select(users.c.id).where(users.c.name == name))
        if user_id is None:
            raise InvalidInput(f"there is no user {name[:60]!r}: check `collaborators`")
        if person.role not in _ROLES:
            raise InvalidInput(f"{name} cannot be {person.role.value}: make them READER, WRITER or ADMIN")
        if name in rows:
            raise InvalidInput(f"{name} is there twice: keep one of them in `collaborators`")
        rows[name] = {"dataset_id": dataset.id, "user_id": user_id, "role": person.role.value}
    connection.execute(sa.delete(collaborators).where(collaborators.c.dataset_id == dataset.id))
    if rows:
        connection.execute(sa.insert(collaborators), list(rows.values()))


def _describe(connection: Connection, dataset: Any, file: DatasetSettingsFile) -> None:
    """Descriptions belong to the newest version: older ones stay as they were published."""
    version = sa.select(versions.c.id).where(
        versions.c.dataset_id == dataset.id, versions.c.number == dataset.current_number
    )
    values: dict[str, Any] = {}
    if file.description is not None:
        values["description"] = rules.text(f"the description of {file.name[:60]!r}", file.description)
    if file.columns:
        values["columns"] = rules.columns(
            [
                ApiDatasetColumn(
                    order=order, name=column.name, type=column.type, description=column.description
                )
                for order, column in enumerate(file.columns)
            ]
        )
    mine = sa.and_(files.c.version_id == version.scalar_subquery(), files.c.path == file.name)
    found = (
        connection.execute(sa.update(files).where(mine).values(values)).rowcount
        if values
        else connection.scalar(sa.select(sa.func.count()).where(mine))
    )
    if not found:
        raise InvalidInput(f"the newest version has no file {file.name[:200]!r}: check `data`")


def _cover(connection: Connection, image: CroppedImageUpload, actor: Actor, now: datetime) -> dict[str, str]:
    (upload,) = find_complete(connection, actor.user_id, [image.token or ""], now)
    kind = extension(upload.name)
    if kind not in _IMAGES:
        raise InvalidInput(f"{upload.name[:60]!r} is no cover image: give one of {', '.join(_IMAGES)}")
    use_up(connection, actor.user_id, [upload.token_hash], now)
    return {"cover_sha256": upload.sha256, "cover_name": f"dataset-cover-image{kind}"}
