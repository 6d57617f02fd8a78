"""Data: versions of files, listed for all who see the competition, fetched by who may."""

import io
import tarfile
import zipfile
from typing import Any

import pytest

from brant.contract.competition_messages import (
    ApiDownloadDataFileRequest,
    ApiDownloadDataFilesRequest,
    ApiGetCompetitionDataFilesSummaryRequest,
    ApiListDataFilesRequest,
    ApiListDataTreeFilesRequest,
)
from brant.contract.hosting_messages import (
    ApiCompetitionDataFile,
    ApiCreateCompetitionDataRequest,
    CompetitionDatabundleType,
    CompetitionPrivacy,
)
from brant.errors import InvalidInput, NotFound, PermissionDenied, Unauthenticated
from brant.server.domain.actor import Actor
from tests.server.domain.competitions.conftest import SAMPLE, Contest
from tests.server.domain.competitions.playing import Players


def fetch(contest: Contest, actor: Actor | None, name: str) -> bytes:
    """What the address of one file gives to whom it was given."""
    context = contest.world.context(actor)
    request = ApiDownloadDataFileRequest(competition_name=contest.slug, file_name=name)
    _, _, _, _, version, sha256, _ = contest.calls.data.download_file(context, request).url.split("/")
    reader = None if actor is None else actor.user_id
    blob = contest.world.services.stored.blob(sha256, int(version), reader)
    return blob.read(0, blob.size)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_a_version_holds_the_files_under_their_paths(unlaunched: Contest) -> None:
    made = unlaunched.data({"train.csv": b"1", "images/a/1.png": b"2"}, notes="first")
    assert unlaunched.paths() == ["images/a/1.png", "train.csv"]
    assert made.url == "http://test/competitions/penguin-species/data"
    assert made.databundle_id == unlaunched.id
    assert made.databundle_version_id > 0


def test_a_new_version_takes_the_place_of_the_one_before(unlaunched: Contest) -> None:
    first = unlaunched.data({"old.csv": b"1"})
    second = unlaunched.data({"new.csv": b"2"})
    assert second.databundle_version_id != first.databundle_version_id
    assert unlaunched.paths() == ["new.csv"]
    assert fetch(unlaunched, unlaunched.host, "new.csv") == b"2"


@pytest.mark.parametrize(("name", "pack"), [("all.zip", zipped), ("data.tar.gz", tarred)])
def test_an_archive_that_comes_alone_is_taken_apart(unlaunched: Contest, name: str, pack: Any) -> None:
    unlaunched.data({name: pack({"train.csv": b"1", "images/1.png": b"2"})})
    assert unlaunched.paths() == ["images/1.png", "train.csv"]


def test_archives_among_other_files_stay_as_they_are(unlaunched: Contest) -> None:
    unlaunched.data({"images.zip": zipped({"1.png": b"2"}), "train.csv": b"1"})
    assert unlaunched.paths() == ["images.zip", "train.csv"]


def test_a_damaged_archive_is_refused_and_can_be_sent_again(unlaunched: Contest) -> None:
    with pytest.raises(InvalidInput):
        unlaunched.data({"all.zip": zipped({"a.csv": b"1" * 1000})[:-30]})
    assert unlaunched.paths() == []
    unlaunched.data({"all.zip": zipped({"a.csv": b"1"})})
    assert unlaunched.paths() == ["a.csv"]


@pytest.mark.parametrize("path", ["../solution.csv", "/etc/passwd", "a\\b", "a/../../b", "x" * 256])
def test_a_path_that_no_folder_should_hold_is_refused(unlaunched: Contest, path: str) -> None:
    token = unlaunched.world.upload(unlaunched.host, "a.csv", b"1")
    request = ApiCreateCompetitionDataRequest(
        competition_name=unlaunched.slug, files=[ApiCompetitionDataFile(name=path, token=token)]
    )
    with pytest.raises(InvalidInput, match="cannot be a path in a version"):
        unlaunched.calls.data.create(unlaunched.context(), request)


def test_a_file_without_a_path_keeps_the_name_it_was_uploaded_under(unlaunched: Contest) -> None:
    token = unlaunched.world.upload(unlaunched.host, "train.csv", b"1")
    request = ApiCreateCompetitionDataRequest(
        competition_name=unlaunched.slug, files=[ApiCompetitionDataFile(token=token)]
    )
    unlaunched.calls.data.create(unlaunched.context(), request)
    assert unlaunched.paths() == ["train.csv"]


def test_uploads_are_the_hosts_own_and_used_once(unlaunched: Contest, ada: Actor) -> None:
    theirs = unlaunched.world.upload(ada, "a.csv", b"1")
    mine = unlaunched.world.upload(unlaunched.host, "a.csv", b"1")
    request = ApiCreateCompetitionDataRequest(competition_name=unlaunched.slug)
    request.files = [ApiCompetitionDataFile(name="a.csv", token=theirs)]
    with pytest.raises(InvalidInput, match="unknown, expired, or not yours"):
        unlaunched.calls.data.create(unlaunched.context(), request)
    request.files = [ApiCompetitionDataFile(name="a.csv", token=mine)]
    unlaunched.calls.data.create(unlaunched.context(), request)
    with pytest.raises(InvalidInput, match="published already"):
        unlaunched.calls.data.create(unlaunched.context(), request)


def test_no_files_are_no_data(unlaunched: Contest) -> None:
    with pytest.raises(InvalidInput, match="at least one file"):
        unlaunched.data({})


def test_there_is_nothing_to_run_notebooks_on_again(unlaunched: Contest) -> None:
    kind = CompetitionDatabundleType.COMPETITION_DATABUNDLE_TYPE_RERUN
    request = ApiCreateCompetitionDataRequest(
        competition_name=unlaunched.slug, competition_databundle_type=kind
    )
    with pytest.raises(InvalidInput, match="leave --rerun out"):
        unlaunched.calls.data.create(unlaunched.context(), request)


def test_data_are_for_hosts_to_publish(contest: Contest, ada: Actor) -> None:
    with pytest.raises(PermissionDenied, match="ada may not publish data of"):
        Contest(contest.world, ada, contest.slug).data({"a.csv": b"1"})


class TestListing:
    def test_pages_go_on_in_the_version_that_they_began_in(self, unlaunched: Contest) -> None:
        unlaunched.data({f"{number}.csv": b"1" for number in range(5)})
        request = ApiListDataFilesRequest(competition_name=unlaunched.slug, page_size=3)
        first = unlaunched.calls.data.list_files(unlaunched.context(), request)
        assert [file.name for file in first.files] == ["0.csv", "1.csv", "2.csv"]
        unlaunched.data({"new.csv": b"2"})
        request.page_token = first.next_page_token
        second = unlaunched.calls.data.list_files(unlaunched.context(), request)
        assert [file.name for file in second.files] == ["3.csv", "4.csv"]
        assert second.next_page_token == ""

    def test_shows_size_date_and_path(self, unlaunched: Contest) -> None:
        unlaunched.data({"images/1.png": b"four"})
        request = ApiListDataFilesRequest(competition_name=unlaunched.slug)
        (file,) = unlaunched.calls.data.list_files(unlaunched.context(), request).files
        assert (file.ref, file.total_bytes, file.creation_date) == (
            "images/1.png",
            4,
            unlaunched.world.now,
        )

    def test_goes_folder_by_folder(self, unlaunched: Contest) -> None:
        unlaunched.data({"train.csv": b"1", "images/1.png": b"2"})
        request = ApiListDataTreeFilesRequest(competition_name=unlaunched.slug)
        root = unlaunched.calls.data.list_tree(unlaunched.context(), request)
        assert [folder.name for folder in root.directories] == ["images"]
        assert [file.name for file in root.files] == ["train.csv"]
        request.path = "images"
        inner = unlaunched.calls.data.list_tree(unlaunched.context(), request)
        assert [file.relative_url for file in inner.files] == ["images/1.png"]

    def test_counts_by_extension(self, unlaunched: Contest) -> None:
        unlaunched.data({"train.csv": b"1", "test.csv": b"22", "readme": b"3"})
        request = ApiGetCompetitionDataFilesSummaryRequest(competition_name=unlaunched.slug)
        summary = unlaunched.calls.data.summary(unlaunched.context(), request).file_summary_info
        assert summary is not None
        assert summary.total_file_count == 3
        assert summary.file_types[0].extension == ".csv"
        assert summary.file_types[0].total_size == 3

    def test_of_no_data_is_empty(self, unlaunched: Contest) -> None:
        context, name = unlaunched.context(), unlaunched.slug
        calls = unlaunched.calls.data
        assert calls.list_files(context, ApiListDataFilesRequest(competition_name=name)).files == []
        assert calls.list_tree(context, ApiListDataTreeFilesRequest(competition_name=name)).files == []
        summary = calls.summary(context, ApiGetCompetitionDataFilesSummaryRequest(competition_name=name))
        assert summary.file_summary_info is None
        with pytest.raises(NotFound, match="has no data yet"):
            fetch(unlaunched, unlaunched.host, "train.csv")

    def test_refuses_a_token_of_its_own_making(self, contest: Contest) -> None:
        for token in ("nonsense", "WzEsMl0x", "WzksMF0"):  # the last one is of version 9
            request = ApiListDataFilesRequest(competition_name=contest.slug, page_token=token)
            with pytest.raises((InvalidInput, NotFound)):
                contest.calls.data.list_files(contest.context(), request)


class TestDownload:
    def test_gives_entrants_a_file_and_everything_as_a_zip(self, contest: Contest, ada: Actor) -> None:
        Players(contest).join(ada)
        assert fetch(contest, ada, "sample_submission.csv") == SAMPLE
        request = ApiDownloadDataFilesRequest(competition_name=contest.slug)
        url = contest.calls.data.download_all(contest.context(ada), request).url
        *_, version, name = url.split("/")
        assert name == "penguin-species.zip"
        bundle = contest.world.services.stored.bundle(int(version), ada.user_id)
        with zipfile.ZipFile(io.BytesIO(bundle.read(0, bundle.size))) as archive:
            assert archive.namelist() == ["sample_submission.csv", "test.csv", "train.csv"]

    def test_waits_until_the_rules_are_accepted(self, contest: Contest, ada: Actor) -> None:
        with pytest.raises(PermissionDenied, match="brant competitions join penguin-species"):
            fetch(contest, ada, "train.csv")

    def test_is_free_where_no_rules_are_required(self, contest: Contest, ada: Actor) -> None:
        contest.settings(rules_required=False)
        assert fetch(contest, ada, "train.csv").startswith(b"id,")

    def test_waits_for_who_came_in_before_there_were_rules(self, contest: Contest, ada: Actor) -> None:
        contest.settings(rules_required=False)
        Players(contest).submit(ada)
        assert fetch(contest, ada, "train.csv").startswith(b"id,")
        contest.settings(rules_required=True)
        with pytest.raises(PermissionDenied, match="has not accepted the rules"):
            fetch(contest, ada, "train.csv")
        Players(contest).join(ada)
        assert fetch(contest, ada, "train.csv").startswith(b"id,")

    def test_needs_somebody_who_asks(self, contest: Contest) -> None:
        contest.settings(rules_required=False)
        with pytest.raises(Unauthenticated):
            fetch(contest, None, "train.csv")

    def test_of_a_private_one_is_for_who_was_admitted(self, contest: Contest, ada: Actor, bob: Actor) -> None:
        secret = Contest(contest.world, contest.host, "secret").create(CompetitionPrivacy.PRIVATE).ready()
        secret.settings(rules_required=False)
        secret.launch()
        secret.admit(ada)
        assert fetch(secret, ada, "train.csv").startswith(b"id,")
        with pytest.raises(NotFound):
            fetch(secret, bob, "train.csv")

    def test_names_a_file_that_is_not_there(self, contest: Contest) -> None:
        with pytest.raises(NotFound, match="has no file 'solution"):
            fetch(contest, contest.host, "solution.csv")

    def test_of_a_folder_says_what_to_do(self, unlaunched: Contest) -> None:
        unlaunched.data({"images/1.png": b"2"})
        with pytest.raises(NotFound, match="is a folder"):
            fetch(unlaunched, unlaunched.host, "images")


class TestSampleSubmission:
    def test_alone_is_the_first_version(self, unlaunched: Contest) -> None:
        unlaunched.sample()
        assert unlaunched.paths() == ["sample_submission.csv"]
        assert fetch(unlaunched, unlaunched.host, "sample_submission.csv") == SAMPLE

    def test_comes_to_the_data_that_are_there(self, unlaunched: Contest) -> None:
        unlaunched.data({"train.csv": b"1", "images/1.png": b"2"})
        unlaunched.sample()
        assert unlaunched.paths() == ["images/1.png", "sample_submission.csv", "train.csv"]

    def test_stays_when_the_data_change(self, unlaunched: Contest) -> None:
        unlaunched.sample()
        unlaunched.data({"train.csv": b"1"})
        assert unlaunched.paths() == ["sample_submission.csv", "train.csv"]

    def test_gives_way_to_a_file_of_its_name(self, unlaunched: Contest) -> None:
        unlaunched.sample()
        unlaunched.data({"Sample_Submission.csv": b"id,species\n"})
        assert unlaunched.paths() == ["Sample_Submission.csv"]
        assert unlaunched.row().sample_name == "Sample_Submission.csv"
        unlaunched.data({"train.csv": b"1"})
        assert fetch(unlaunched, unlaunched.host, "Sample_Submission.csv") == b"id,species\n"

    def test_takes_the_place_of_the_one_before_whatever_its_name(self, unlaunched: Contest) -> None:
        unlaunched.sample()
        unlaunched.sample(b"id,species\n1,gentoo\n", "sample.csv")
        assert unlaunched.paths() == ["sample.csv"]
