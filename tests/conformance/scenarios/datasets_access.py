"""Who may do what: strangers, collaborators, callers without credentials, and callers with wrong ones."""

from brant.contract.dataset_messages import CollaboratorType, DatasetCollaborator, DatasetSettings
from brant.contract.handles import DatasetHandle
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


@scenario(Can.CREATE, Can.SCOPES, features="O6 D4 H3 X3")
def a_token_that_may_only_read_makes_no_dataset(stage: Stage) -> None:
    reader = stage.client(stage.limited("datasets.get:*"))
    refused(Because.FORBIDDEN, reader.create, stage.publication(FILES))
    assert not stage.contract().exists(stage.handle)


@scenario(Can.VERSION, Can.SCOPES, features="O6 D5 H3 X3")
def a_token_that_may_only_read_makes_no_version(stage: Stage) -> None:
    stage.published(FILES)
    reader = stage.client(stage.limited("resources.viewer:*"))
    refused(Because.FORBIDDEN, reader.version, stage.publication({"heights.csv": OTHER_CSV}), "Not allowed.")
    assert stage.contract().dataset(stage.handle).current_version_number == 1


@scenario(Can.VERSION, Can.SCOPES, features="O6 D5 H3 X3")
def a_token_bound_to_a_dataset_makes_versions_of_it_and_of_no_other(stage: Stage) -> None:
    other = stage.published(FILES, slug="moon-tables", title="Moon tables")
    handle = stage.published(FILES)
    bound = stage.limited(f"datasets.editor:{handle}")
    stage.step("publishes the dataset of the token")
    stage.client(bound).version(stage.publication({"heights.csv": OTHER_CSV}), "By a bound token.")
    assert stage.held(2) == digests({"heights.csv": OTHER_CSV})
    stage.step("publishes another")
    elsewhere = stage.publication({"heights.csv": OTHER_CSV}, other)
    refused(Because.FORBIDDEN, stage.client(bound).version, elsewhere, "Not allowed.")
    assert stage.contract().dataset(other).current_version_number == 1


@scenario(Can.CREATE, Can.SCOPES, features="O6 D4 H3 X3")
def a_token_bound_to_a_dataset_makes_it_and_no_other(stage: Stage) -> None:
    bound = stage.limited(f"datasets.editor:{stage.handle}")
    files = {"heights.csv": CSV}
    handle = DatasetHandle(stage.user.name, "moon-tables")
    other = stage.publication(files, handle).saying(title="Moon tables")
    refused(Because.FORBIDDEN, stage.client(bound).create, other)
    assert not stage.contract().exists(other.handle)
    stage.client(bound).create(stage.publication(files))
    assert stage.held() == digests(files)


# What a library uploads is a dataset or a version: it has to look.
@scenario(Can.CREATE, Can.VERSION, Can.KNOWS_TAKEN, Can.SCOPES, features="O6 D4 D5 X3")
def a_token_that_may_publish_and_not_look_publishes(stage: Stage) -> None:
    blind = stage.limited(f"datasets.update:{stage.handle}")
    stage.client(blind).create(stage.publication({"heights.csv": CSV}))
    stage.client(blind).version(stage.publication({"heights.csv": OTHER_CSV}), "Unseen.")
    assert stage.held(1) == digests({"heights.csv": CSV})
    assert stage.held(2) == digests({"heights.csv": OTHER_CSV})


@scenario(Can.DOWNLOAD, Can.SCOPES, features="O6 D3 H1 X3")
def a_token_bound_to_a_dataset_downloads_it_and_no_other(stage: Stage) -> None:
    other = stage.published({"moon.csv": CSV}, slug="moon-tables", title="Moon tables", public=True)
    handle = stage.published(FILES)
    bound = stage.limited(f"datasets.get:{handle}")
    assert contents.read(stage.client(bound).download(handle)) == digests(FILES)
    refused(Because.FORBIDDEN, stage.client(bound).download, other)


@scenario(Can.WHOAMI, Can.SCOPES, features="O6 H5 X3")
def a_token_for_anything_at_all_has_a_name(stage: Stage) -> None:
    assert stage.client(stage.limited("models.get:*")).whoami() == stage.user.name


@scenario(Can.WHOAMI, features="H5 X3")
def a_user_is_known_by_name(stage: Stage) -> None:
    assert stage.client().whoami() == stage.user.name


@scenario(Can.WHOAMI, Can.LOGIN, features="H5 X3 S1")
def a_login_at_the_terminal_lasts_for_the_process(stage: Stage) -> None:
    assert stage.anonymous().login(stage.user) == stage.user.name


@scenario(Can.WHOAMI, features="H5 X3 A5")
def wrong_credentials_have_no_name(stage: Stage) -> None:
    refused(Because.NOT_SIGNED_IN, stage.client(WRONG).whoami)
