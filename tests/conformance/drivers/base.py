"""What a driver is: one client, what it offers, and how a scenario asks for it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from brant.contract.handles import DatasetHandle
from tests.conformance.drivers.competing import Competing
from tests.conformance.drivers.page import Page
from tests.conformance.place import Place, User

FolderMode = Literal["default", "skip", "zip", "tar"]
Credential = Literal["token", "key"]


class Can(Enum):
    """What a client may offer; a scenario names what it needs, and exists only for clients that have it."""

    CREATE = auto()  # publishes a new dataset from a folder
    PUBLIC = auto()  # … public at once
    DESCRIBE = auto()  # … with a title, a licence, a subtitle, a description, keywords
    VALIDATE = auto()  # … and finds mistakes in dataset-metadata.json before it sends anything
    DESCRIBE_FILES = auto()  # … and with its `resources`: files and their columns
    KNOWS_TAKEN = auto()  # … and reports a taken title, instead of adding a version
    VERSION = auto()  # publishes a new version
    VERSION_BY_NUMBER = auto()  # … of the dataset that `id_no` names
    DELETE_OLD_VERSIONS = auto()
    SKIP_FOLDERS = auto()  # leaves subfolders out
    ZIP_FOLDERS = auto()  # sends each subfolder as a zip
    TAR_FOLDERS = auto()  # … as a tar
    NEST_FOLDERS = auto()  # sends subfolders as folders
    IGNORE = auto()  # leaves out what matches patterns
    REUSE = auto()  # does not send again what the server holds already
    RESUME_UPLOAD = auto()  # goes on where a cut connection ended
    LIST = auto()
    LIST_BY_PAGE_TOKEN = auto()
    LIST_PARQUET = auto()
    LIST_AS_TABLE = auto()  # for people
    LIST_AS_JSON = auto()  # for programs
    FILES = auto()
    DOWNLOAD = auto()  # all files of a version, unpacked
    DOWNLOAD_ZIP = auto()  # all files of a version, in one zip
    DOWNLOAD_FILE = auto()
    DOWNLOAD_FOLDER = auto()  # one folder of a version
    DOWNLOAD_GLOB = auto()  # the files that match a pattern
    RESUME_DOWNLOAD = auto()  # goes on where a cut connection ended
    KEEP = auto()  # knows the zip that it downloaded again, and leaves it
    CACHE = auto()  # keeps what it downloaded, and knows it again
    OUTPUT_DIR = auto()  # downloads to a folder instead of the cache
    OWN_FOLDER = auto()  # downloads to a folder of its own when none is named
    METADATA = auto()
    UPDATE_METADATA = auto()
    COVER = auto()  # … and sends a cover image with them
    STATUS = auto()
    STATUS_AS_JSON = auto()  # … with the number of the newest version
    DELETE = auto()
    CONFIRM = auto()  # … once somebody has said yes
    INIT = auto()
    WHOAMI = auto()
    LOGIN = auto()  # asks on the terminal who its user is
    ANONYMOUS = auto()  # reads public datasets without credentials
    TOKEN = auto()  # takes an access token
    KEY = auto()  # takes a legacy key
    SCOPES = auto()  # calls a server, which holds it to the scopes of its token
    COMPETITIONS = auto()  # lists competitions
    COMPETITION_FILES = auto()  # lists the files of their data
    COMPETITION_FOLDER = auto()  # downloads the data, unpacked
    COMPETITION_ZIP = auto()  # … in one zip
    COMPETITION_FILE = auto()  # … one file of it
    COMPETITION_CACHE = auto()  # keeps the data, and asks the server whether they are still the newest
    COMPETITION_OUTPUT_DIR = auto()  # downloads them to a folder instead
    JOIN = auto()  # accepts the rules
    SUBMIT = auto()
    SUBMIT_SANDBOX = auto()  # … as a host who tries the scoring
    SUBMIT_AND_WAIT = auto()  # … until it is scored
    SUBMISSIONS = auto()
    SUBMISSION_PAGES = auto()  # … page by page
    SUBMISSION_ERRORS = auto()  # … with the reasons why some could not be scored
    SUBMISSION_LIMITS = auto()
    SELECT = auto()  # chooses the submissions that count in the end
    LEADERBOARD = auto()
    LEADERBOARD_PAGES = auto()  # … page by page
    LEADERBOARD_ZIP = auto()  # … as a file
    TEAM_SUBMISSIONS = auto()
    HOST = auto()  # makes a competition from a template, gives it data and a solution, and launches it
    HOST_PAGES = auto()  # … and its pages
    HOST_SETUP = auto()  # … and a metric, without any template
    PAGES = auto()  # reads the pages of a competition, and who hosts it
    TOPICS = auto()  # reads its discussion


class Refused(Exception):
    """The client said that it did not do what it was asked for; `said` is everything it said."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Crashed(Exception):
    """The client ended with a traceback, or with an error of its own making."""


@dataclass(frozen=True)
class Publication:
    """A folder to publish, and what is said of it."""

    handle: DatasetHandle
    folder: Path
    title: str
    about: dict[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """The content of dataset-metadata.json."""
        said = {"id": str(self.handle), "title": self.title, "licenses": [{"name": "CC0-1.0"}], **self.about}
        return {key: value for key, value in said.items() if value is not None}

    def saying(self, **about: Any) -> Self:
        """The same folder, with other words about it; None leaves a key out."""
        return replace(self, about={**self.about, **about})


class Driver(Competing, ABC):
    """One client in the hands of one user. Each call is a command or function of that client.

    `name` is what tests are called by, `client` what its users know it by, `offers` what it has a way to do.
    Every call raises Refused when the client says no, and Crashed when it falls over.
    """

    name: ClassVar[str]
    client: ClassVar[str]
    offers: ClassVar[frozenset[Can]]

    def __init__(self, place: Place, user: User | None, room: Path, *, credential: Credential | None) -> None:
        self.place = place
        self.user = user
        self.room = room
        self.credential = credential

    @classmethod
    @abstractmethod
    def place_kind(cls) -> Literal["running server", "handlers"]:
        """Where this driver can be put to work."""

    def create(self, what: Publication, *, public: bool = False, folders: FolderMode = "default") -> None:
        """Publishes a new dataset."""
        raise self.lacking("create")

    def version(
        self,
        what: Publication,
        notes: str,
        *,
        delete_old: bool = False,
        folders: FolderMode = "default",
        ignore: tuple[str, ...] = (),
    ) -> None:
        """Publishes a new version."""
        raise self.lacking("version")

    def find(self, **filters: str) -> Page:
        """Handles of datasets. Filters: search, user, mine, sort_by, file_type, license, tags, min_size, …"""
        raise self.lacking("find")

    def listed(self, form: Literal["table", "json"], **filters: str) -> str:
        """The same list as it is printed."""
        raise self.lacking("listed")

    def files(self, handle: DatasetHandle, *, page_size: int = 0, page_token: str = "") -> Page:
        """Paths of the files of a version."""
        raise self.lacking("files")

    def download(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        """The folder that holds all files of a version; `again` fetches what was fetched before."""
        raise self.lacking("download")

    def download_zip(self, handle: DatasetHandle, *, again: bool = False) -> Path:
        """The zip of a version; `again` fetches what was fetched before."""
        raise self.lacking("download_zip")

    def download_file(self, handle: DatasetHandle, name: str) -> Path:
        """Where the one file arrived."""
        raise self.lacking("download_file")

    def download_folder(self, handle: DatasetHandle, name: str) -> Path:
        """Where the one folder arrived."""
        raise self.lacking("download_folder")

    def download_matching(self, handle: DatasetHandle, pattern: str) -> Path:
        """The folder that holds the files that match."""
        raise self.lacking("download_matching")

    def download_to(self, handle: DatasetHandle, folder: Path) -> None:
        """All files of a version, unpacked in `folder`."""
        raise self.lacking("download_to")

    def download_here(self, handle: DatasetHandle, folder: Path) -> None:
        """All files of a version, asked for in the working folder `folder` without naming a target."""
        raise self.lacking("download_here")

    def metadata(self, handle: DatasetHandle) -> dict[str, Any]:
        """The metadata that the client wrote to dataset-metadata.json."""
        raise self.lacking("metadata")

    def update_metadata(self, handle: DatasetHandle, *, cover: bytes | None = None, **changes: Any) -> None:
        """Reads the metadata, changes it, and sends it, with a cover image as PNG where one is given."""
        raise self.lacking("update_metadata")

    def status(self, handle: DatasetHandle) -> str:
        """How far the newest version has come."""
        raise self.lacking("status")

    def status_as_json(self, handle: DatasetHandle) -> dict[str, Any]:
        """The state and the number of the newest version, by the names on the wire."""
        raise self.lacking("status_as_json")

    def delete(self, handle: DatasetHandle, *, confirmed: bool = True) -> None:
        """Deletes the dataset; where it is not confirmed somebody says no when asked, which is no refusal."""
        raise self.lacking("delete")

    def init(self) -> dict[str, Any]:
        """The template that the client wrote."""
        raise self.lacking("init")

    def whoami(self) -> str:
        """The name of the user."""
        raise self.lacking("whoami")

    def login(self, user: User) -> str:
        """Says on the terminal that it is `user`; the name by which the client then knows itself."""
        raise self.lacking("login")
