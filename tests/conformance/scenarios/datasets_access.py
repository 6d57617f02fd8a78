"""Who may do what: strangers, collaborators, callers without credentials, and callers with wrong ones."""

from brant.contract.dataset_messages import CollaboratorType, DatasetCollaborator, DatasetSettings
from tests.conformance import contents
from tests.conformance.contents import CSV, OTHER_CSV, digest, digests
from tests.conformance.drivers.base import Can
from tests.conformance.place import User
from tests.conformance.scenario import scenario
from tests.conformance.stage import TITLE, Because, Stage, refused

FILES = {"heights.csv": CSV, "north/lerwick.csv": OTHER_CSV}
WRONG = User("nobody-1", "KGAT_0123456789abcdefghijklmnopqrstuvwxyz", "0123456789abcdef0123456789abcdef")


def _shared(stage: Stage, role: CollaboratorType) -> User:
    stage.published(FILES)
    friend = stage.another_user()
    settings = DatasetSettings(
        title=TITLE, is_private=True, collaborators=[DatasetCollaborator(username=friend.name, role=role)]
    )
    stage.contract().settle(stage.handle, settings)
    return friend


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_private_dataset_is_not_there_for_others(stage: Stage) -> None:
    handle = stage.published(FILES)
    refused(Because.MISSING, stage.client(stage.another_user()).download, handle)


@scenario(Can.FILES, features="D2 X3")
def the_files_of_a_private_dataset_are_not_listed_for_others(stage: Stage) -> None:
    handle = stage.published(FILES)
    said = refused(Because.MISSING, stage.client(stage.another_user()).files, handle)
    assert "heights.csv" not in said


@scenario(Can.DOWNLOAD, features="D3 H1 X3")
def a_reader_downloads(stage: Stage) -> None:
    friend = _shared(stage, CollaboratorType.READER)
    assert contents.read(stage.client(friend).download(stage.handle)) == digests(FILES)


@scenario(Can.VERSION, features="D5 H3 X3")
def a_reader_does_not_publish(stage: Stage) -> None:
    friend = _shared(stage, CollaboratorType.READER)
    refused(
        Because.FORBIDDEN,
        stage.client(friend).version,
        stage.publication({"heights.csv": OTHER_CSV}),
        "Not mine.",
    )
    assert stage.held() == digests(FILES)
    assert stage.contract().dataset(stage.handle).current_version_number == 1


@scenario(Can.VERSION, features="D5 H3 X3")
def a_writer_publishes(stage: Stage) -> None:
    friend = _shared(stage, CollaboratorType.WRITER)
    stage.client(friend).version(stage.publication({"heights.csv": OTHER_CSV}), "With thanks.")
    assert stage.held(2) == digests({"heights.csv": OTHER_CSV})


@scenario(Can.VERSION, features="D5 H3 X3")
def a_stranger_does_not_publish(stage: Stage) -> None:
    stage.published(FILES, public=True)
    intruder = stage.client(stage.another_user())
    refused(Because.FORBIDDEN, intruder.version, stage.publication({"heights.csv": OTHER_CSV}), "Not mine.")
    assert stage.held() == digests(FILES)
    assert stage.contract().dataset(stage.handle).current_version_number == 1


@scenario(Can.DOWNLOAD, Can.ANONYMOUS, features="D3 H1 X3 A1")
def a_public_dataset_is_downloaded_without_credentials(stage: Stage) -> None:
    handle = stage.published(FILES, public=True)
    assert contents.read(stage.anonymous().download(handle)) == digests(FILES)


@scenario(Can.DOWNLOAD_FILE, Can.ANONYMOUS, features="D3 H1 X3 A1")
def a_public_file_is_downloaded_without_credentials(stage: Stage) -> None:
    handle = stage.published(FILES, public=True)
    assert digest(stage.anonymous().download_file(handle, "heights.csv").read_bytes()) == digest(CSV)


@scenario(Can.FILES, Can.ANONYMOUS, features="D2 X3 A1")
def public_files_are_listed_without_credentials(stage: Stage) -> None:
    handle = stage.published(FILES, public=True)
    assert sorted(stage.anonymous().files(handle).items) == sorted(FILES)


@scenario(Can.DOWNLOAD, Can.ANONYMOUS, features="D3 H1 X3")
def a_private_dataset_is_refused_without_credentials(stage: Stage) -> None:
    handle = stage.published(FILES)
    refused(Because.MISSING, stage.anonymous().download, handle)


@scenario(Can.CREATE, Can.TOKEN, features="A1 A5 S1")
def a_wrong_token_publishes_nothing(stage: Stage) -> None:
    refused(Because.NOT_SIGNED_IN, stage.client(WRONG, credential="token").create, stage.publication(FILES))
    assert not stage.contract().exists(stage.handle)


@scenario(Can.CREATE, Can.KEY, features="A1 A5 S1 X3")
def a_wrong_key_publishes_nothing(stage: Stage) -> None:
    refused(Because.NOT_SIGNED_IN, stage.client(WRONG, credential="key").create, stage.publication(FILES))
    assert not stage.contract().exists(stage.handle)


@scenario(Can.DOWNLOAD, Can.TOKEN, features="A1")
def an_access_token_is_enough(stage: Stage) -> None:
    handle = stage.published(FILES)
    assert contents.read(stage.client(credential="token").download(handle)) == digests(FILES)


@scenario(Can.DOWNLOAD, Can.KEY, features="A1 X3")
def a_legacy_key_is_enough(stage: Stage) -> None:
    handle = stage.published(FILES)
    assert contents.read(stage.client(credential="key").download(handle)) == digests(FILES)


@scenario(Can.WHOAMI, features="H5 X3")
def a_user_is_known_by_name(stage: Stage) -> None:
    assert stage.client().whoami() == stage.user.name


@scenario(Can.WHOAMI, Can.LOGIN, features="H5 X3 S1")
def a_login_at_the_terminal_lasts_for_the_process(stage: Stage) -> None:
    assert stage.anonymous().login(stage.user) == stage.user.name


@scenario(Can.WHOAMI, features="H5 X3 A5")
def wrong_credentials_have_no_name(stage: Stage) -> None:
    refused(Because.NOT_SIGNED_IN, stage.client(WRONG).whoami)
