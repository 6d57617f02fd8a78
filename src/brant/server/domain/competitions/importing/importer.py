"""Importer: makes the competition of a folder, or brings it up to date, by the calls that its hosts have."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from brant.contract.codec import FieldMask, Message, Timestamp
from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    UpdateCompetitionSetupRequest,
)
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCompetitionPage,
    ApiCreateCompetitionDataRequest,
    ApiCreateCompetitionPageRequest,
    ApiCreateCompetitionRequest,
    ApiCreateCompetitionSampleSubmissionRequest,
    ApiCreateCompetitionSolutionRequest,
    ApiGetCompetitionSettingsRequest,
    ApiLaunchCompetitionRequest,
    ApiListCompetitionPagesRequest,
    ApiUpdateCompetitionPageRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
)
from brant.errors import Conflict, InvalidInput
from brant.server.domain.accounts.user import User
from brant.server.domain.actor import Actor, Context
from brant.server.domain.competitions.importing.folder import Folder, Found
from brant.server.domain.competitions.importing.staging import Staging, sha256_of
from brant.server.domain.services import Services
from brant.server.store.tables import competition_people, competitions, files, users, versions


class Imported(NamedTuple):
    """The competition's slug, what was done in words (none: it was up to date), and when it opens or has."""

    slug: str
    done: tuple[str, ...]
    launched: datetime | None


class _Paths:
    """Links of a call that came by no address: nobody follows them."""

    def upload(self, token: str) -> str:
        """As domain.actor.Links has it."""
        return f"/storage/upload/{token}"

    def blob(self, sha256: str, name: str, *, version_id: int) -> str:
        """As domain.actor.Links has it."""
        return f"/{version_id}/{sha256}/{name}"

    def bundle(self, version_id: int, name: str) -> str:
        """As domain.actor.Links has it."""
        return f"/{version_id}/{name}"

    def submission(self, submission_id: int, name: str) -> str:
        """As domain.actor.Links has it."""
        return f"/{submission_id}/{name}"

    def page(self, path: str) -> str:
        """As domain.actor.Links has it."""
        return path


def bring_in(
    services: Services, folder: Folder, now: datetime, *, host: User | None, launch: bool
) -> Imported:
    """Makes the competition of `folder`, hosted by `host`, or changes in it what differs.

    With `launch` it is opened, now or at the declared start. A page that the folder does not have stays, and
    so does a setting that it does not declare; of the data exactly the folder's files are kept. Whatever ends
    it half-way, the same again goes on. Raises BrantError.
    """
    slug = folder.declared.slug
    actor = _host_of(services, slug, host)
    context = Context(actor or _newcomer(slug, host), now, _Paths())
    work = _Work(services, context, folder)
    done: list[str] = []
    if actor is None:
        work.make()
        done.append(f"made it, hosted by {context.caller.name}")
    done.extend(work.changes())
    if launch and work.row().launched is None:
        work.launch()
        done.append("launched it")
    return Imported(slug, tuple(done), work.row().launched)


def _newcomer(slug: str, host: User | None) -> Actor:
    if host is None:
        raise InvalidInput(f"there is no competition {slug!r} yet: say who hosts it, by --host NAME")
    return Actor(host.id, host.name, host.is_admin)


def hosts(services: Services, slug: str) -> list[Actor]:
    """Who hosts the competition, in the order in which they came; nobody where there is none."""
    with services.db.read() as connection:
        found = connection.execute(
            sa.select(users.c.id, users.c.name, users.c.is_admin)
            .join(competition_people, competition_people.c.user_id == users.c.id)
            .join(competitions, competitions.c.id == competition_people.c.competition_id)
            .where(competitions.c.slug == slug, competition_people.c.role == "host")
            .order_by(users.c.id)
        )
        return [Actor(row.id, row.name, bool(row.is_admin)) for row in found]


def _host_of(services: Services, slug: str, host: User | None) -> Actor | None:
    """Who acts: `host`, or the first host where none is given; None where there is no such competition."""
    known = hosts(services, slug)
    if not known:
        return None
    chosen = known if host is None else [one for one in known if one.user_id == host.id]
    if not chosen:
        names = ", ".join(one.name for one in known)
        raise Conflict(f"there is a competition {slug!r} already, hosted by {names}: choose another slug")
    return chosen[0]


class _Work:
    """One import: each step compares, calls what changes it, and says so."""

    def __init__(self, services: Services, context: Context, folder: Folder) -> None:
        self._services = services
        self._calls = services.competitions
        self._context = context
        self._folder = folder
        self._slug = folder.declared.slug
        self._staging = Staging(services.store, services.uploads)

    def row(self) -> Any:
        """The competition as it is now."""
        with self._services.db.read() as connection:
            return connection.execute(sa.select(competitions).where(competitions.c.slug == self._slug)).one()

    def make(self) -> None:
        """Makes it, with nothing in it yet."""
        declared = self._folder.declared
        self._calls.hosting.create(
            self._context,
            ApiCreateCompetitionRequest(
                title=declared.title,
                slug=declared.slug,
                brief_description=declared.brief,
                privacy=declared.privacy,
                reward=declared.reward,
            ),
        )

    def changes(self) -> Iterator[str]:
        """Brings everything up to date; a line for each thing that was changed."""
        row = self.row()
        if row.privacy != self._folder.declared.privacy.name:
            raise InvalidInput(
                f"{self._slug} was made {row.privacy.lower()}, which cannot change: declare that privacy"
            )
        yield from self._settings()
        yield from self._setup(row)
        yield from self._pages()
        yield from self._data()
        yield from self._solution(row)
        yield from self._sample()

    def launch(self) -> None:
        """Opens it, now or at the declared start."""
        start = self._folder.declared.start
        later = None if start is None or start <= self._context.now else Timestamp.of(start)
        self._calls.hosting.launch(
            self._context, ApiLaunchCompetitionRequest(competition_name=self._slug, future_time=later)
        )

    def _settings(self) -> Iterator[str]:
        request = ApiGetCompetitionSettingsRequest(competition_name=self._slug)
        wanted = _differing(self._calls.settings.get(self._context, request), self._folder.declared.settings)
        if wanted:
            self._calls.settings.update(
                self._context,
                ApiUpdateCompetitionSettingsRequest(
                    competition_name=self._slug,
                    settings=CompetitionSettings(**wanted),
                    update_mask=FieldMask.of(*wanted),
                ),
            )
            yield f"set {_listed(wanted)}"

    def _setup(self, row: Any) -> Iterator[str]:
        request = CompetitionRequest(competition_name=self._slug)
        wanted = _differing(self._calls.setup.get(self._context, request), self._folder.declared.setup)
        code = self._folder.metric
        if code is not None and (wanted.get("metric") or sha256_of(code.path) != row.metric_sha256):
            wanted["metric"] = self._folder.declared.setup["metric"]
            wanted["metric_token"] = self._upload([code])[0]
        if wanted:
            self._calls.setup.update(
                self._context,
                UpdateCompetitionSetupRequest(
                    competition_name=self._slug,
                    setup=CompetitionSetup(**wanted),
                    update_mask=FieldMask.of(*wanted),
                ),
            )
            yield f"set {_listed(field for field in wanted if field != 'metric_token')}"

    def _pages(self) -> Iterator[str]:
        request = ApiListCompetitionPagesRequest(competition_name=self._slug)
        known = {
            page.name.lower(): page for page in self._calls.pages.list_pages(self._context, request).pages
        }
        for name, content in self._folder.pages.items():
            page = known.get(name.lower())
            if page is None:
                self._calls.pages.create(
                    self._context,
                    ApiCreateCompetitionPageRequest(
                        competition_name=self._slug,
                        page=ApiCompetitionPage(
                            name=name, content=content, is_published=True, mime_type="text/markdown"
                        ),
                    ),
                )
            elif page.content != content:
                self._calls.pages.update(
                    self._context,
                    ApiUpdateCompetitionPageRequest(
                        competition_name=self._slug,
                        page_name=page.name,
                        page=ApiCompetitionPage(name=page.name, content=content),
                        update_mask=FieldMask.of("content"),
                    ),
                )
            else:
                continue
            yield f"wrote the page {name}"

    def _data(self) -> Iterator[str]:
        data = self._folder.data_with_sample
        if not data or {file.name: sha256_of(file.path) for file in data} == self._published():
            return
        tokens = self._upload(data)
        self._calls.data.create(
            self._context,
            ApiCreateCompetitionDataRequest(
                competition_name=self._slug,
                files=[
                    ApiCompetitionDataFile(name=file.name, token=token)
                    for file, token in zip(data, tokens, strict=True)
                ],
            ),
        )
        yield f"published version {self.row().data_number} of the data ({_counted(len(data), 'file')})"

    def _published(self) -> dict[str, str]:
        """The files of the newest version, without a sample submission that the folder knows nothing of."""
        with self._services.db.read() as connection:
            found = connection.execute(
                sa.select(files.c.path, files.c.sha256, competitions.c.sample_name)
                .join(versions, versions.c.id == files.c.version_id)
                .join(competitions, competitions.c.id == versions.c.competition_id)
                .where(competitions.c.slug == self._slug, versions.c.number == competitions.c.data_number)
            )
            own = {file.name for file in self._folder.data}
            added = self._folder.sample is None
            return {
                row.path: row.sha256
                for row in found
                if not (added and row.path == row.sample_name and row.path not in own)
            }

    def _solution(self, row: Any) -> Iterator[str]:
        file = self._folder.solution
        if file is None or (file.name, sha256_of(file.path)) == (row.solution_name, row.solution_sha256):
            return
        self._calls.solution.create(
            self._context,
            ApiCreateCompetitionSolutionRequest(
                competition_name=self._slug, blob_token=self._upload([file])[0]
            ),
        )
        yield f"took {file.name}"

    def _sample(self) -> Iterator[str]:
        """After the data, which it is part of: no version is made for it alone then."""
        file, row = self._folder.sample, self.row()
        if file is None or (file.name, sha256_of(file.path)) == (row.sample_name, row.sample_sha256):
            return
        self._calls.solution.create_sample(
            self._context,
            ApiCreateCompetitionSampleSubmissionRequest(
                competition_name=self._slug, blob_token=self._upload([file])[0]
            ),
        )
        yield f"took {file.name}"

    def _upload(self, wanted: Sequence[Found]) -> list[str]:
        return self._staging.upload(self._context.caller.user_id, wanted, self._context.now)


def _differing(now: Message, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if getattr(now, name) != value}


def _listed(fields: Sequence[str] | Mapping[str, Any] | Iterator[str]) -> str:
    return ", ".join(sorted(name.replace("_", " ") for name in fields))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
