"""Publishing: a version appears whole, in one transaction that uses up its upload tokens, or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiCreateDatasetResponse,
    ApiCreateDatasetVersionByIdRequest,
    ApiCreateDatasetVersionRequest,
    ApiCreateDatasetVersionRequestBody,
)
from brant.errors import Conflict, PermissionDenied
from brant.server.domain.actor import Actor, Context
from brant.server.domain.blobs.upload_tokens import use_up
from brant.server.domain.datasets import rules
from brant.server.domain.datasets.index import refresh, set_tags
from brant.server.domain.datasets.permissions import (
    Role,
    find_dataset,
    find_dataset_by_id,
    require,
    visible_to,
)
from brant.server.domain.datasets.submitted import SubmittedFile, resolve
from brant.server.domain.datasets.unpacking import Unpacker
from brant.server.domain.versions import manifests
from brant.server.store.database import Database
from brant.server.store.tables import datasets, users, versions


class _Content(NamedTuple):
    """The manifest of a version to be, and the uploads that it takes."""

    manifest: manifests.Manifest
    token_hashes: Sequence[str]


class Publishing:
    """Makes datasets and versions."""

    def __init__(self, db: Database, unpacker: Unpacker) -> None:
        self._db = db
        self._unpacker = unpacker

    def create(self, context: Context, request: ApiCreateDatasetRequest) -> ApiCreateDatasetResponse:
        """A new dataset with its first version.

        That there is one already is an answer with `error` set, not an error: the official library then makes
        a version (behaviour.md §11). Everything else that is wrong raises.
        """
        actor = context.caller
        owner, slug = handle_of_new(actor, request)
        title = rules.title(request.title)
        good_tags, bad_tags = rules.tags(request.category_ids)
        license_name = rules.license_name(request.license_name)
        fields: dict[str, Any] = {
            "slug": slug,
            "title": title,
            "title_key": rules.title_key(title),
            "subtitle": rules.subtitle(request.subtitle),
            "description": rules.text("the description", request.description),
            "license": license_name,
            "license_group": rules.license_group(license_name),
            "is_private": request.is_private,
        }
        try:
            with self._db.read() as connection:
                owner_id = _check_new(connection, actor, owner, fields)
                submitted = resolve(
                    connection, actor.user_id, request.files, request.directories, context.now
                )
            with self._publish(actor, submitted, context.now) as (connection, content):
                _check_new(connection, actor, owner, fields)
                dataset_id = _insert_dataset(connection, owner_id, fields, context.now)
                set_tags(connection, dataset_id, good_tags)
                _add_version(connection, actor, dataset_id, content, notes="Initial release", now=context.now)
        except Conflict as error:
            return ApiCreateDatasetResponse(status="error", error=error.message, invalid_tags=bad_tags)
        return _answer(context, owner, slug, bad_tags)

    def create_version(
        self, context: Context, request: ApiCreateDatasetVersionRequest
    ) -> ApiCreateDatasetResponse:
        """A new version of the dataset that a handle names; it holds exactly the files given."""
        return self._version(
            context,
            request.body,
            lambda connection: find_dataset(
                connection, context.actor, request.owner_slug, request.dataset_slug
            ),
        )

    def create_version_by_id(
        self, context: Context, request: ApiCreateDatasetVersionByIdRequest
    ) -> ApiCreateDatasetResponse:
        """The same, by the dataset's number."""
        return self._version(
            context,
            request.body,
            lambda connection: find_dataset_by_id(connection, context.actor, request.id),
        )

    def _version(
        self,
        context: Context,
        body: ApiCreateDatasetVersionRequestBody | None,
        find: Callable[[Connection], Any],
    ) -> ApiCreateDatasetResponse:
        actor = context.caller
        body = body or ApiCreateDatasetVersionRequestBody()
        good_tags, bad_tags = rules.tags(body.category_ids)
        notes = rules.text("the version notes", body.version_notes)
        changes = {
            name: value
            for name, value in (
                ("subtitle", rules.subtitle(body.subtitle)),
                ("description", rules.text("the description", body.description)),
            )
            if value
        }

        def find_writable(connection: Connection) -> Any:
            dataset = find(connection)
            require(connection, actor, dataset, Role.WRITER, "publish a version of")
            return dataset

        with self._db.read() as connection:
            find_writable(connection)
            submitted = resolve(connection, actor.user_id, body.files, body.directories, context.now)
        with self._publish(actor, submitted, context.now) as (connection, content):
            dataset = find_writable(connection)
            if changes:
                connection.execute(sa.update(datasets).where(datasets.c.id == dataset.id).values(changes))
            if good_tags:
                set_tags(connection, dataset.id, good_tags)
            number = _add_version(connection, actor, dataset.id, content, notes=notes, now=context.now)
            if body.delete_old_versions:
                older = sa.and_(versions.c.dataset_id == dataset.id, versions.c.number < number)
                connection.execute(sa.delete(versions).where(older))
        return _answer(context, dataset.owner, dataset.slug, bad_tags)

    @contextmanager
    def _publish(
        self, actor: Actor, submitted: Sequence[SubmittedFile], now: datetime
    ) -> Iterator[tuple[Connection, _Content]]:
        """The one transaction of a publish, and what its version will hold; archives unpacked before it."""
        with self._unpacker.unpacked(actor.user_id, submitted, now) as files:
            taken = dict.fromkeys(file.upload.token_hash for file in (*submitted, *files))
            manifest = manifests.build(
                manifests.Entry(
                    file.path, file.upload.size, file.upload.sha256, file.description, file.columns
                )
                for file in files
            )
            with self._db.write(durable=True) as connection:
                yield connection, _Content(manifest, list(taken))


def handle_of_new(actor: Actor, request: ApiCreateDatasetRequest) -> tuple[str, str]:
    """Owner and slug of the dataset that a request asks for: the caller's own, and of the title, by default.

    Raises InvalidInput for a title or a slug that no dataset can have.
    """
    owner = (request.owner_slug or actor.name).lower()
    return owner, rules.slug(request.slug, rules.title(request.title))


def _check_new(connection: Connection, actor: Actor, owner: str, fields: dict[str, Any]) -> int:
    """The owner's id. Raises Conflict for a taken handle or title, PermissionDenied for another's name."""
    owner_id = connection.scalar(sa.select(users.c.id).where(users.c.name == owner))
    taken = connection.scalar(
        sa.select(datasets.c.id).where(
            datasets.c.owner_id == owner_id, datasets.c.slug == fields["slug"], visible_to(actor)
        )
    )
    if taken is not None:
        raise Conflict(
            f"{owner}/{fields['slug']} exists already: publish a new version of it, or change `id`"
        )
    if owner_id is None or (owner != actor.name and not actor.is_admin):
        raise PermissionDenied(f"{actor.name} may not publish as {owner[:60]!r}: put your own name into `id`")
    other = connection.scalar(
        sa.select(datasets.c.slug).where(
            datasets.c.owner_id == owner_id, datasets.c.title_key == fields["title_key"]
        )
    )
    if other is not None:
        raise Conflict(f"the title {fields['title']!r} is in use by {owner}/{other}: choose another title")
    return int(owner_id)


def _insert_dataset(connection: Connection, owner_id: int, fields: dict[str, Any], now: datetime) -> int:
    return int(
        connection.execute(
            sa.insert(datasets)
            .values(
                owner_id=owner_id,
                update_frequency="",
                sources="",
                cover_name="",
                created=now,
                updated=now,
                current_number=0,
                total_bytes=0,
                usability=0.0,
                download_count=0,
                view_count=0,
                **fields,
            )
            .returning(datasets.c.id)
        ).scalar_one()
    )


def _add_version(
    connection: Connection, actor: Actor, dataset_id: int, content: _Content, *, notes: str, now: datetime
) -> int:
    """The next version of a dataset, and all that follows from it; answers its number."""
    use_up(connection, actor.user_id, content.token_hashes, now)
    number: int = connection.execute(
        sa.update(datasets)
        .where(datasets.c.id == dataset_id)
        .values(
            current_number=datasets.c.current_number + 1,
            updated=now,
            total_bytes=content.manifest.total_bytes,
        )
        .returning(datasets.c.current_number)
    ).scalar_one()
    manifests.insert(
        connection,
        content.manifest,
        number=number,
        dataset_id=dataset_id,
        creator_id=actor.user_id,
        notes=notes,
        created=now,
    )
    refresh(connection, dataset_id)
    return number


def _answer(context: Context, owner: str, slug: str, bad_tags: list[str]) -> ApiCreateDatasetResponse:
    return ApiCreateDatasetResponse(
        ref=f"{owner}/{slug}",
        url=context.links.page(f"/datasets/{owner}/{slug}"),
        status="ok",
        invalid_tags=bad_tags,
    )
