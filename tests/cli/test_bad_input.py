"""Bad input of every sort: one clear line, its exit code, and nothing lost, half-published or half-landed."""

import io
import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from brant.client.datasets import all_files, list_datasets, view
from brant.client.session import Session
from brant.contract.handles import DatasetHandle
from brant.errors import (
    BrantError,
    Conflict,
    Corrupt,
    InvalidHandle,
    InvalidInput,
    LocalFailure,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unreachable,
)
from tests.cli.desk import Desk, Ended
from tests.cli.line import Line
from tests.client.stranger import Stranger, stranger
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.transfer.partials import proven
from tests.transfer.peer import Blob, status

Words = Sequence[str | Path]
LONG = "x" * 300


class Scene:
    """A user at a desk, with a published dataset, drafts of others, and ways to get things wrong."""

    def __init__(self, desk: Desk, server: RunningServer, user: User, draft: Callable[..., Path]) -> None:
        self.desk = desk
        self.server = server
        self.user = user
        self.draft = draft
        self.around = ExitStack()
        self.limit: str | None = None
        desk.environ["TMPDIR"] = str(self.fresh("tmp"))

    @cached_property
    def penguins(self) -> str:
        """The handle of a published dataset of one file, penguins.csv."""
        return self.publish("penguins", {"penguins.csv": b"island,mass\nDream,3750\n"})

    def fresh(self, name: str) -> Path:
        """An empty folder of that name, apart from where downloads land."""
        folder = self.desk.home.parent / name
        folder.mkdir()
        return folder

    def sign_in(self, **files: str) -> None:
        """Credentials in these files of `~/.kaggle`, kaggle_json for kaggle.json, and in no variable."""
        del self.desk.environ["KAGGLE_API_TOKEN"]
        for name, content in files.items():
            file = self.desk.home / ".kaggle" / name.replace("_json", ".json")
            file.parent.mkdir(exist_ok=True)
            file.write_text(content)
            file.chmod(0o600)

    def through(
        self, then: Callable[[Line], None], *, up: int | None = None, down: int | None = None
    ) -> None:
        """From now on calls go over a line that does something after so many bytes."""
        line = self.around.enter_context(Line(self.server.address, then, up=up, down=down))
        self.desk.environ["BRANT_ENDPOINT"] = line.address

    def stranger(self) -> Stranger:
        """From now on calls go to a server of another make."""
        other = self.around.enter_context(stranger())
        self.desk.environ["BRANT_ENDPOINT"] = other.peer.url("")
        return other

    def publish(self, slug: str, files: dict[str, bytes]) -> str:
        """Publishes a dataset of these files; its handle."""
        done = self.desk.brant("datasets", "create", "-q", "-p", self.draft(slug, files))
        assert done.code == 0, done.err
        return f"{self.user.name}/{slug}"

    def with_files_too_large_for_the_line(self, slug: str, title: str) -> Path:
        """A draft that would fail otherwise than expected if any of its bytes were sent."""
        self.through(Line.cut, up=20_000)
        return self.draft(slug, {"large.bin": os.urandom(100_000)}, title=title)

    def run(self, *words: str | Path) -> Ended:
        """Runs `brant WORDS…`; no file gets larger than `limit`, in blocks of 512 bytes."""
        if self.limit is None:
            return self.desk.brant(*words)
        return self.desk.shell(f'ulimit -f {self.limit}; exec "$@"', *words)

    def holdings(self) -> dict[str, Any]:
        """Every dataset of the user on the server: its newest version, and that one's files."""
        environ = {"BRANT_ENDPOINT": self.server.address, "KAGGLE_API_TOKEN": self.user.token}
        found: dict[str, Any] = {}
        with Session.from_environ(environ, self.desk.home / "nobody") as session:
            for dataset in list_datasets(session, mine=True).datasets:
                handle = DatasetHandle.parse(dataset.ref)
                names = [(file.name, file.total_bytes) for file in all_files(session, handle)]
                found[dataset.ref] = (dataset.title, view(session, handle).current_version_number, names)
        return found

    def landed(self) -> dict[str, bytes]:
        """Every file in the current folder, but for what is marked as unfinished."""
        return {
            str(path.relative_to(self.desk.folder)): path.read_bytes()
            for path in self.desk.folder.rglob("*")
            if path.is_file() and path.suffix not in (".brant-partial", ".brant-journal")
        }


Arrange = Callable[[Scene], Words]


class Row(NamedTuple):
    """One bad input: how it comes about and what is then run, the error it is, what its line says."""

    arrange: Arrange
    error: type[BrantError]
    says: tuple[str, ...]


ROWS: dict[str, Row] = {}


def row(error: type[BrantError], *says: str) -> Callable[[Arrange], Arrange]:
    """Puts the function below into the table."""

    def keep(arrange: Arrange) -> Arrange:
        ROWS[arrange.__name__] = Row(arrange, error, says)
        return arrange

    return keep


# Credentials


@row(Unauthenticated, "refused the access token from KAGGLE_API_TOKEN", "/settings/api and put it there")
def a_wrong_token(scene: Scene) -> Words:
    scene.desk.environ["KAGGLE_API_TOKEN"] = "KGAT_" + "0" * 32
    return "datasets", "create", "-p", scene.draft("geese-of-north")


@row(Unauthenticated, "asks who you are", "set KAGGLE_API_TOKEN")
def no_credentials(scene: Scene) -> Words:
    scene.sign_in()
    return "datasets", "create", "-p", scene.draft("geese-of-north")


@row(Unauthenticated, "refused the legacy key from", "kaggle.json", "/settings/api and put it there")
def a_wrong_legacy_key(scene: Scene) -> Words:
    scene.sign_in(kaggle_json=json.dumps({"username": scene.user.name, "key": "0" * 32}))
    return "datasets", "list", "--mine"


@row(InvalidInput, 'kaggle.json lacks "key"', "brant config set -n key")
def a_legacy_file_without_key(scene: Scene) -> Words:
    scene.sign_in(kaggle_json='{"username": "ada"}')
    return "datasets", "list"


@row(InvalidInput, "kaggle.json is not JSON (line 1, column 2)", "mend it")
def a_legacy_file_that_is_not_json(scene: Scene) -> Words:
    scene.sign_in(kaggle_json="{key")
    return "datasets", "list"


@row(LocalFailure, "access_token is a folder where a file should be", "move it away")
def a_folder_in_the_place_of_a_token_file(scene: Scene) -> Words:
    scene.sign_in()
    (scene.desk.home / ".kaggle" / "access_token").mkdir(parents=True)
    return "datasets", "list"


@row(Unauthenticated, "asks who you are", "access_token is empty", "put an access token into it")
def an_empty_token_file(scene: Scene) -> Words:
    scene.sign_in(access_token="\n")
    return "datasets", "list", "--mine"


@row(InvalidInput, "KAGGLE_API_TOKEN names /nowhere/token", "correct the path or unset it")
def a_token_path_that_leads_nowhere(scene: Scene) -> Words:
    scene.desk.environ["KAGGLE_API_TOKEN"] = "/nowhere/token"
    return "datasets", "list"


@row(InvalidInput, "KAGGLE_API_TOKEN holds a blank", "copy it again")
def a_torn_token(scene: Scene) -> Words:
    scene.desk.environ["KAGGLE_API_TOKEN"] = "KGAT_0123 4567"
    return "datasets", "list"


@row(InvalidInput, "credentials.json is not a login", "remove it and log in again")
def a_login_file_that_is_none(scene: Scene) -> Words:
    scene.sign_in(credentials_json="{}")
    return "datasets", "list"


@row(Unauthenticated, "no longer knows the login in", "credentials.json", "log in again with")
def a_login_that_was_revoked(scene: Scene) -> Words:
    login = {
        "access_token": "",
        "refresh_token": issued("KGRT_" + "0" * 32),
        "endpoint": scene.server.address,
    }
    scene.sign_in(credentials_json=json.dumps(login))
    return "datasets", "list"


@row(Unauthenticated, "asks who you are", "is a login for https://lab.example and was not sent to")
def a_login_of_another_server(scene: Scene) -> Words:
    login = {"access_token": issued("KGAT_" + "0" * 32), "endpoint": "https://lab.example"}
    scene.sign_in(credentials_json=json.dumps(login))
    return "datasets", "list", "--mine"


@row(Unauthenticated, "nobody is logged in at", "brant auth login")
def a_status_of_nobody(scene: Scene) -> Words:
    scene.sign_in()
    return "auth", "status"


@row(Unauthenticated, "does not take the access token from KAGGLE_API_TOKEN", "brant auth login")
def a_status_by_a_wrong_token(scene: Scene) -> Words:
    scene.desk.environ["KAGGLE_API_TOKEN"] = "KGAT_" + "0" * 32
    return "auth", "status"


@row(Unreachable, "127.0.0.1:9 refused the connection", "'brant serve' starts one")
def a_status_at_a_server_that_is_not_running(_: Scene) -> Words:
    return "auth", "status", "--endpoint", "http://127.0.0.1:9"


@row(Unauthenticated, "credentials.json ended at 2020-01-01", "log in again")
def a_login_that_has_ended(scene: Scene) -> Words:
    login = {"access_token": "KGAT_old", "access_token_expiration": "2020-01-01T00:00:00Z"}
    scene.sign_in(credentials_json=json.dumps(login))
    return "datasets", "list"


@row(InvalidInput, "there is no profile 'lab'", "brant config set --profile lab")
def a_profile_that_is_not_there(scene: Scene) -> Words:
    return "datasets", "list", "--profile", "lab"


@row(PermissionDenied, "KAGGLE_API_TOKEN")
def somebody_elses_dataset(scene: Scene) -> Words:
    scene.desk.environ["KAGGLE_API_TOKEN"] = scene.server.new_user("mallory").token
    public = scene.draft("geese-of-south", {"south.csv": b"for all to see"})
    scene.desk.brant("datasets", "create", "-p", public, "-u", "-q", KAGGLE_API_TOKEN=scene.user.token)
    return "datasets", "delete", f"{scene.user.name}/geese-of-south", "--yes"


# Servers


@row(Unreachable, "127.0.0.1:9 refused the connection", "'brant serve' starts one")
def a_server_that_is_not_running(scene: Scene) -> Words:
    return "datasets", "files", scene.penguins, "--endpoint", "http://127.0.0.1:9"


@row(InvalidInput, "--endpoint: 'nonsense' is not an address", "http://host:port")
def an_endpoint_that_is_none(scene: Scene) -> Words:
    return "datasets", "list", "--endpoint", "nonsense"


@row(Unreachable, "broke the connection", "try again")
def a_connection_that_is_cut_in_a_call(scene: Scene) -> Words:
    handle = scene.penguins
    scene.through(Line.cut, up=1)
    return "datasets", "files", handle


@row(Unreachable, "broke the connection", "try again")
def a_connection_that_is_cut_in_a_download(scene: Scene) -> Words:
    handle = scene.publish("large-geese", {"large.bin": os.urandom(300_000)})
    scene.through(Line.cut, down=200_000)
    return "datasets", "download", handle, "--unzip", "-p", "here"


# Handles and names


HANDLES = {
    "no_slash_but_blank": "pen guins",
    "an_empty_part": "ada//penguins",
    "dots": "../penguins",
    "dots_behind": "ada/..",
    "an_address": "https://www.kaggle.com/datasets/ada/penguins",
    "version_0": "ada/penguins/versions/0",
    "a_version_in_words": "ada/penguins/versions/newest",
    "an_endless_version": "ada/penguins/versions/" + "9" * 5000,
    "a_line_break": "ada/pen\nguins",
    "a_300_character_name": f"ada/{LONG}/versions",
}


def _handle(name: str, text: str) -> None:
    def arrange(_: Scene) -> Words:
        return "datasets", "download", text

    arrange.__name__ = f"a_handle_with_{name}"
    row(InvalidHandle, "is not a dataset handle", "owner/slug")(arrange)


for name, text in HANDLES.items():
    _handle(name, text)


@row(NotFound, "no dataset 'nobody/nothing'", "check the handle")
def a_dataset_that_is_not_there(_: Scene) -> Words:
    return "datasets", "download", "nobody/nothing", "--unzip"


@row(NotFound, "no dataset", "check the handle")
def a_slug_of_300_characters(scene: Scene) -> Words:
    return "datasets", "download", f"{scene.user.name}/{LONG}"


@row(NotFound, "has no version 7: the newest is 1")
def a_version_that_is_not_there(scene: Scene) -> Words:
    return "datasets", "download", f"{scene.penguins}/versions/7"


@row(NotFound, "no file 'nothing.csv'", "list its files")
def a_file_that_is_not_there(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-f", "nothing.csv"


@row(NotFound, "no file of", "see what there is with 'brant datasets files")
def a_choice_of_nothing(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "--include", "*.nothing"


@row(InvalidInput, "'../penguins.csv' cannot be a file below the download folder", "choose among")
def a_file_with_dots(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-f", "../penguins.csv"


@row(InvalidInput, "'/etc/passwd' cannot be a file below the download folder", "choose among")
def an_absolute_file(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-f", "/etc/passwd"


@row(InvalidInput, "cannot be a file below the download folder", "choose among")
def a_file_of_300_characters(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-f", LONG


@row(Conflict, "taken is a file", "name a folder")
def a_download_into_a_file(scene: Scene) -> Words:
    (scene.desk.folder / "taken").write_text("here before")
    return "datasets", "download", scene.penguins, "-p", "taken"


@row(LocalFailure, "cannot be written (File name too long)", "check the folder")
def a_download_into_a_folder_of_300_characters(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-p", LONG


@row(LocalFailure, "File name too long", "check the path")
def an_upload_from_a_folder_of_300_characters(_: Scene) -> Words:
    return "datasets", "create", "-p", LONG


@row(InvalidInput, "names version 1, the option 2", "give one of them")
def two_versions_at_once(scene: Scene) -> Words:
    return "datasets", "download", f"{scene.penguins}/versions/1", "--version-number", "2"


# Archives of a hostile server


def _hostile(name: str, members: Sequence[str], *says: str) -> None:
    def arrange(scene: Scene) -> Words:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for member in members:
                archive.writestr(member, b"evil")
        other = scene.stranger()
        other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/all.zip"))
        other.on["all.zip"] = Blob(made.getvalue())
        return "datasets", "download", "ada/palmer-penguins", "--unzip", "-p", "here"

    arrange.__name__ = name
    row(InvalidInput, *says)(arrange)


_hostile("an_archive_that_leads_out", ["good", "../evil"], "'../evil'", "nothing is taken")
_hostile("an_archive_with_an_absolute_name", ["good", "/tmp/evil"], "'/tmp/evil'", "nothing is taken")
_hostile("an_archive_with_names_alike_but_for_case", ["a.csv", "A.csv"], "A.csv", "nothing is taken")
_hostile("an_archive_with_a_300_character_name", ["good", LONG], "xxx", "nothing is taken")


@row(InvalidInput, "'../evil' cannot be a file below the download folder", "brant datasets files")
def a_file_that_leads_out(scene: Scene) -> Words:
    return "datasets", "download", scene.penguins, "-f", "../evil", "-p", "here"


@row(Corrupt, "'penguins.csv' fails its CRC-32", "fetch")
def a_damaged_archive(scene: Scene) -> Words:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("penguins.csv", bytes(1000))
    damaged = bytearray(made.getvalue())
    damaged[60] ^= 0xFF
    other = scene.stranger()
    other.on["DownloadDataset"] = status(302, b"", Location=other.peer.url("/store/all.zip"))
    other.on["all.zip"] = Blob(bytes(damaged))
    return "datasets", "download", "ada/palmer-penguins", "--unzip", "-p", "here"


# Metadata: every rule of contract/metadata_files.json


GOOD: dict[str, Any] = {"title": "Geese of the north", "licenses": [{"name": "CC0-1.0"}]}
TWICE = [{"path": "penguins.csv"}, {"path": "penguins.csv"}]
CREATING: dict[str, tuple[dict[str, Any], str, str]] = {
    "without_id": ({"id": None}, "id: is missing", "add it"),
    "with_an_id_that_is_none": (
        {"id": "geese"},
        "id: 'geese' is not a dataset handle",
        "expected owner/slug",
    ),
    "with_a_number_for_an_id": ({"id": 7}, "id: must be a text", "in quotes"),
    "with_a_version_in_its_id": (
        {"id": "ada/geese-north/versions/1"},
        "id: must not name a version",
        "write",
    ),
    "with_a_short_slug": ({"id": "ada/geese"}, "id: the slug is 6 to 50 characters", "has 5"),
    "with_a_long_slug": ({"id": "ada/" + "g" * 51}, "id: the slug is 6 to 50 characters", "has 51"),
    "with_the_templates_slug": (
        {"id": "ada/INSERT_SLUG_HERE"},
        "id: this is still the template's",
        "put your",
    ),
    "without_title": ({"title": None}, "title: is missing", "add it"),
    "with_a_blank_title": ({"title": "  "}, "title: ", "must be"),
    "with_a_short_title": ({"title": "Geese"}, "title: a title is 6 to 50 characters", "has 5"),
    "with_a_long_title": ({"title": "G" * 51}, "title: a title is 6 to 50 characters", "has 51"),
    "with_the_templates_title": (
        {"title": "INSERT_TITLE_HERE"},
        "title: this is still the template's",
        "write",
    ),
    "without_licence": ({"licenses": None}, "licenses: is missing", "write"),
    "with_no_licence": ({"licenses": []}, "licenses: must be a list with exactly one", "0 entries"),
    "with_two_licences": ({"licenses": [{"name": "a"}, {"name": "b"}]}, "licenses: must be", "2 entries"),
    "with_a_nameless_licence": ({"licenses": [{}]}, "licenses: the licence must be an object", "such as"),
    "with_a_short_subtitle": ({"subtitle": "short"}, "subtitle: a subtitle is 20 to 80 characters", "has 5"),
    "with_a_long_subtitle": ({"subtitle": "s" * 81}, "subtitle: a subtitle is 20 to 80 characters", "has 81"),
    "with_a_number_for_a_description": ({"description": 7}, "description: must be a text", "in quotes"),
    "with_one_word_for_keywords": ({"keywords": "birds"}, "keywords: must be a list of texts", "such as"),
    "with_a_resource_that_is_missing": (
        {"resources": [{"path": "no.csv"}]},
        "there is no file 'no.csv'",
        "correct",
    ),
    "with_a_resource_twice": ({"resources": TWICE}, "'penguins.csv' is listed twice", "keep one"),
    "with_a_resource_without_path": (
        {"resources": [{}]},
        "resources[0]: must be an object with a path",
        "such",
    ),
    "with_a_resource_above": (
        {"resources": [{"path": "../x"}]},
        "'../x' leads out of the folder",
        "name a file",
    ),
    "with_an_absolute_resource": (
        {"resources": [{"path": "/x"}]},
        "'/x' leads out of the folder",
        "name a file",
    ),
    "with_a_300_character_resource": ({"resources": [{"path": LONG}]}, "there is no file 'xxx", "correct"),
    "with_a_schema_that_is_none": (
        {"resources": [{"path": "penguins.csv", "schema": 7}]},
        "resources[0].schema: must look like",
        "fields",
    ),
    "with_a_nameless_column": (
        {"resources": [{"path": "penguins.csv", "schema": {"fields": [{}]}}]},
        "fields[0]: must be an object with a name",
        "such as",
    ),
}
UPDATING: dict[str, tuple[dict[str, Any], str, str]] = {
    "with_a_word_for_private": ({"isPrivate": "yes"}, "isPrivate: must be true or false", "without quotes"),
    "with_an_unknown_role": (
        {"collaborators": [{"username": "bob", "role": "king"}]},
        "collaborators[0].role: 'king' is none of",
        "reader",
    ),
    "with_a_collaborator_without_name": (
        {"collaborators": [{"role": "reader"}]},
        "must name a user",
        "such as",
    ),
    "with_an_image_that_is_missing": ({"image": "no.png"}, "image: there is no file 'no.png'", "in"),
    "with_an_image_of_another_kind": ({"image": "no.gif"}, "image: 'no.gif' must end in one of", ".png"),
    "with_an_unknown_frequency": (
        {"expectedUpdateFrequency": 7},
        "expectedUpdateFrequency: must be a text",
        "in",
    ),
    "with_data_that_is_no_list": ({"data": 7}, "data: must be a list of objects", "such as"),
}


def _metadata(name: str, changes: dict[str, Any], says: tuple[str, ...], *verb: str) -> None:
    def arrange(scene: Scene) -> Words:
        folder = scene.draft("geese-of-north", **{**GOOD, **changes})
        file = folder / "dataset-metadata.json"
        kept = {key: value for key, value in json.loads(file.read_text()).items() if value is not None}
        file.write_text(json.dumps(kept))
        return "datasets", *(word.format(handle=scene.penguins) for word in verb), "-p", folder

    arrange.__name__ = f"{verb[0]}_metadata_{name}"
    row(InvalidInput, "dataset-metadata.json: ", *says)(arrange)


for name, (changes, *says) in CREATING.items():
    _metadata(name, changes, tuple(says), "create")
for name, (changes, *says) in UPDATING.items():
    _metadata(name, changes, tuple(says), "metadata", "{handle}", "--update")
_metadata("without_id", {"id": None}, ("id: is missing", "write", "id_no"), "version", "-m", "x")
_metadata(
    "with_a_word_for_id_no", {"id_no": "x"}, ("id_no: must be the dataset's number",), "version", "-m", "x"
)
_metadata("with_a_short_subtitle", {"subtitle": "s"}, ("subtitle: a subtitle is 20",), "version", "-m", "x")


@row(NotFound, "holds no dataset-metadata.json", "brant datasets init -p")
def a_folder_without_metadata(scene: Scene) -> Words:
    return "datasets", "create", "-p", scene.fresh("empty")


@row(NotFound, "there is no folder nowhere", "name the folder")
def a_folder_that_is_not_there(_: Scene) -> Words:
    return "datasets", "create", "-p", "nowhere"


@row(InvalidInput, "holds no file to upload", "put the data into it")
def a_folder_with_metadata_alone(scene: Scene) -> Words:
    folder = scene.draft("geese-of-north")
    (folder / "penguins.csv").unlink()
    return "datasets", "create", "-p", folder


def _broken(name: str, content: bytes, *says: str) -> None:
    def arrange(scene: Scene) -> Words:
        folder = scene.draft("geese-of-north")
        (folder / "dataset-metadata.json").write_bytes(content)
        return "datasets", "create", "-p", folder

    arrange.__name__ = f"a_metadata_file_{name}"
    row(InvalidInput, "dataset-metadata.json ", *says)(arrange)


_broken("that_is_not_json", b"{id}", "is not JSON (line 1, column 2", "mend it")
_broken("that_is_not_utf_8", b'{"id": "\xff\xfe"}', "is not UTF-8", "save it as UTF-8")
_broken("that_is_a_list", b"[]", "holds no JSON object", "brant datasets init")
_broken("nested_without_end", b"[" * 100_000, "is nested too deeply", "flat")


@row(Conflict, "is there already", "brant datasets version")
def a_handle_that_is_taken(scene: Scene) -> Words:
    slug = scene.penguins.partition("/")[2]
    return "datasets", "create", "-p", scene.with_files_too_large_for_the_line(slug, "Another title")


@row(Conflict, "the title 'TITLE OF PENGUINS' is in use by", "choose another")
def a_title_that_is_taken(scene: Scene) -> Words:
    assert scene.penguins
    return (
        "datasets",
        "create",
        "-p",
        scene.with_files_too_large_for_the_line("geese-of-north", "TITLE OF PENGUINS"),
    )


@row(NotFound, "there is no dataset", "brant datasets create")
def a_version_of_nothing(scene: Scene) -> Words:
    return "datasets", "version", "-m", "x", "-p", scene.draft("geese-of-north")


# Files to upload


@row(InvalidInput, "link: this link leads out of the folder", "copy what it names")
def a_link_out_of_the_folder(scene: Scene) -> Words:
    folder = scene.draft("geese-of-north")
    (folder / "link").symlink_to("/etc/hostname")
    return "datasets", "create", "-p", folder


@row(InvalidInput, "link: this link leads nowhere", "remove it")
def a_link_to_nothing(scene: Scene) -> Words:
    folder = scene.draft("geese-of-north")
    (folder / "link").symlink_to("nothing")
    return "datasets", "create", "-p", folder


@row(InvalidInput, "a.csv: differs from A.csv in case alone", "rename one")
def names_alike_but_for_case(scene: Scene) -> Words:
    return "datasets", "create", "-p", scene.draft("geese-of-north", {"a.csv": b"1", "A.csv": b"2"})


@row(InvalidInput, "9999.csv: this link leads in a circle", "remove it")
def one_bad_name_among_10_000_files(scene: Scene) -> Words:
    folder = scene.draft("geese-of-north")
    for number in range(9999):
        (folder / f"{number:04}.csv").touch()
    (folder / "9999.csv").symlink_to("9999.csv")
    return "datasets", "create", "-p", folder


@row(InvalidInput, "deep/xxx", "shorten")
def a_path_of_too_many_characters(scene: Scene) -> Words:
    deep = "deep/" + "/".join(["x" * 200] * 6)
    return "datasets", "create", "-p", scene.draft("geese-of-north", {deep: b"1"})


@row(Conflict, "penguins.csv changed while it was being uploaded", "let it rest")
def a_file_that_changes_while_it_is_uploaded(scene: Scene) -> Words:
    folder = scene.draft("geese-of-north", {"penguins.csv": os.urandom(400_000)})
    file = folder / "penguins.csv"
    scene.through(lambda _: file.write_bytes(os.urandom(400_000)), up=200_000)
    return "datasets", "create", "-p", folder


@row(LocalFailure, "large-geese.zip cannot grow", "make room and run the same again")
def a_disk_that_is_full_for_a_download(scene: Scene) -> Words:
    handle = scene.publish("large-geese", {"large.bin": os.urandom(100_000)})
    scene.limit = "40"
    return "datasets", "download", handle


@row(LocalFailure, "cannot grow", "make room and run the same again")
def a_disk_that_is_full_for_unzipping(scene: Scene) -> Words:
    handle = scene.publish("large-geese", {"large.bin": bytes(100_000), "small.bin": b"1"})
    scene.limit = "40"
    return "datasets", "download", handle, "--unzip"


@row(LocalFailure, "cannot be written", "free space")
def a_disk_that_is_full_for_an_upload(scene: Scene) -> Words:
    scene.limit = "0"
    return "datasets", "create", "-p", scene.draft("geese-of-north")


@row(LocalFailure, "raw.zip cannot be packed", "free space in", "TMPDIR")
def a_disk_that_is_full_for_packing(scene: Scene) -> Words:
    scene.limit = "40"
    folder = scene.draft("geese-of-north", {"raw/large.bin": os.urandom(100_000)})
    return "datasets", "create", "-p", folder, "-r", "zip"


@row(LocalFailure, "dataset-metadata.json cannot be written", "free space")
def a_disk_that_is_full_for_metadata(scene: Scene) -> Words:
    scene.limit = "0"
    return "datasets", "metadata", scene.penguins


# The table is run


@pytest.fixture
def scene(ada_desk: Desk, server: RunningServer, ada: User, draft: Callable[..., Path]) -> Iterator[Scene]:
    made = Scene(ada_desk, server, ada, draft)
    with made.around:
        yield made


@pytest.mark.parametrize("name", ROWS)
def test_bad_input_is_one_line_and_changes_nothing(scene: Scene, name: str) -> None:
    row = ROWS[name]
    words = row.arrange(scene)
    held, here = scene.holdings(), scene.landed()

    ended = scene.run(*words)

    assert ended.code == row.error.exit_code, ended.err
    line = _the_error(ended)
    for part in row.says:
        assert part in line
    assert ended.out == ""
    assert (scene.holdings(), scene.landed()) == (held, here)

    if words[1] != "metadata":  # which has no --format
        again = scene.run(*words, "--format", "json")
        line = _the_error(again)
        assert again.code == ended.code
        assert again.document == {"error": {"code": row.error.code, "message": line.removeprefix("brant: ")}}


def _the_error(ended: Ended) -> str:
    """The one line of the error; beside it only what took the transfer long is told."""
    lines = ended.err.splitlines()
    (error,) = [line for line in lines if line.startswith("brant: ")]
    told = ("; trying again in ", ": fetching it once more", "has changed on the server")
    assert all(any(words in line for words in told) for line in lines if line != error), ended.err
    return error


def test_what_a_cut_or_a_full_disk_left_is_gone_on_with(scene: Scene) -> None:
    content = os.urandom(3_000_000)
    handle = scene.publish("large-geese", {"large.bin": content})
    direct = scene.desk.environ["BRANT_ENDPOINT"]
    command = ("datasets", "download", handle, "-f", "large.bin", "-q")

    scene.through(Line.cut, down=1_500_000)
    assert scene.run(*command).code == Unreachable.exit_code
    scene.desk.environ["BRANT_ENDPOINT"] = direct
    scene.limit = "5000"
    assert scene.run(*command).code == LocalFailure.exit_code
    assert scene.landed() == {}
    left = proven(scene.desk.folder / "large-geese" / "large.bin")
    assert all(content[at : at + len(piece)] == piece for at, piece in left.items())
    assert sum(map(len, left.values())) >= 1_000_000

    scene.limit = None
    came: list[int] = []
    scene.through(lambda _: came.append(1), down=100_000)
    assert scene.run(*command).code == 0
    assert scene.landed() == {"large-geese/large.bin": content}
    # What was here already did not come again.
    assert len(came) < 20


def test_a_connection_that_is_cut_once_in_an_upload_costs_nothing(scene: Scene) -> None:
    content = os.urandom(400_000)
    folder = scene.draft("geese-of-north", {"large.bin": content})
    cuts: list[None] = []

    def cut_once(line: Line) -> None:
        if not cuts:
            cuts.append(None)
            line.break_off()

    scene.through(cut_once, up=200_000)
    ended = scene.run("datasets", "create", "-p", folder)

    assert (ended.code, ended.err, len(cuts)) == (0, "", 1)
    assert (
        scene.run("datasets", "download", f"{scene.user.name}/geese-of-north", "-w", "-f", "large.bin").code
        == 0
    )
    assert scene.landed() == {"large.bin": content}


def test_empty_files_are_files(scene: Scene) -> None:
    handle = scene.publish("empty-geese", {"a.csv": b"", "raw/b.csv": b""})
    assert scene.run("datasets", "download", handle, "--unzip", "-w").code == 0
    assert scene.landed() == {"a.csv": b"", "raw/b.csv": b""}


@pytest.mark.parametrize("way", ["up", "down"])
def test_ctrl_c_in_a_transfer_is_quiet_and_the_next_run_goes_on(scene: Scene, way: str) -> None:
    content = {f"{number}.bin": os.urandom(1_000_000) for number in range(4)}
    folder = scene.draft("large-geese", content)
    handle = f"{scene.user.name}/large-geese"
    words: Words = ("datasets", "create", "-p", folder)
    if way == "down":
        assert scene.run(*words).code == 0
        words = ("datasets", "download", handle)
    running: list[subprocess.Popen[bytes]] = []

    def interrupt(line: Line) -> None:
        running[0].send_signal(signal.SIGINT)
        running[0].wait(timeout=30)

    amount = {way: 2_500_000}
    direct = scene.desk.environ["BRANT_ENDPOINT"]
    scene.through(interrupt, **amount)
    process = scene.desk.start(*words)
    running.append(process)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (130, b"", b"")
    assert scene.landed() == {}
    held = scene.holdings()
    assert (handle in held) == (way == "down")

    scene.desk.environ["BRANT_ENDPOINT"] = direct
    came: list[int] = []
    scene.through(lambda _: came.append(1), **{way: 100_000})
    assert scene.run(*words).code == 0
    assert len(came) < 30
    assert scene.run("datasets", "download", handle, "--unzip", "-p", "all").code == 0
    assert {name: data for name, data in scene.landed().items() if name.startswith("all/")} == {
        f"all/{name}": data for name, data in content.items()
    }
