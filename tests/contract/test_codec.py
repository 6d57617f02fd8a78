"""The wire's JSON rules, form by form."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.contract import codec
from brant.contract.accounts import GenerateAccessTokenRequest
from brant.contract.blobs import ApiBlobType, ApiStartBlobUploadRequest
from brant.contract.codec import Duration, Timestamp
from brant.contract.dataset_messages import (
    ApiCreateDatasetRequest,
    ApiDataset,
    ApiDatasetNewFile,
    ApiDatasetVersion,
    ApiDownloadDatasetRequest,
    ApiGetDatasetStatusResponse,
    ApiListDatasetsRequest,
    ApiListDatasetsResponse,
    ApiUpdateDatasetMetadataRequest,
    ApiUploadDirectoryInfo,
    CollaboratorType,
    DatabundleVersionStatus,
    DatasetCollaborator,
    DatasetSelectionGroup,
    DatasetSettings,
    DatasetSortBy,
)
from brant.errors import InvalidInput

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00.000Z",
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00",
        "2026-01-31T12:00Z",
        "2026-01-31T12:00:00.000000000Z",
        "2026-01-31T12:00:00,000Z",
        "2026-01-31T12:00:00.000+00:00Z",  # an aware value, as the official client writes it
        "2026-01-31T13:00:00.000+01:00Z",
        "2026-01-31T06:30:00.000-05:30Z",
        "2026-01-31T12:00:00+0000",
        " 2026-01-31T12:00:00Z ",
    ],
)
def test_every_form_of_noon_is_read_as_noon(text: str) -> None:
    assert Timestamp.parse(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2026-13-01T00:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-1-1",
        "1769860800",
        "2026-01-31T12:00:00.Z",
    ],
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Timestamp.parse(text)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones()))
def test_a_timestamp_survives_the_wire_to_the_millisecond(moment: datetime) -> None:
    sent = Timestamp.of(moment)
    # In UTC: Python holds a local time that a zone skipped equal to nothing in another zone.
    assert sent == moment.astimezone(UTC)
    assert sent.wire().endswith("Z")
    assert len(sent.wire()) == len("2026-01-31T12:00:00.000Z")
    assert timedelta(0) <= sent - Timestamp.parse(sent.wire()) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("43200s", 43_200), ("0s", 0), ("1.5s", 1.5), ("-3s", -3), ("0.000001s", 1e-6), ("90061s", 90_061)],
)
def test_a_duration_is_decimal_seconds(text: str, seconds: float) -> None:
    assert Duration.parse(text).total_seconds() == seconds
    assert Duration.parse(text).wire() == text


@pytest.mark.parametrize("text", ["", "s", "12", "12h", "1.s", ".5s", "PT12H", "43200"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Duration.parse(text)


@given(st.timedeltas(min_value=timedelta(days=-10_000), max_value=timedelta(days=10_000)))
def test_a_duration_survives_the_wire(length: timedelta) -> None:
    sent = Duration(days=length.days, seconds=length.seconds, microseconds=length.microseconds)
    assert Duration.parse(sent.wire()) == length


def test_the_lifetime_that_the_official_refresh_asks_for_is_read() -> None:
    body = b'{"refreshToken":"r","apiVersion":"API_VERSION_V1","expirationDuration":"43200s"}'
    assert codec.decode_request(body, GenerateAccessTokenRequest).expiration_duration == timedelta(hours=12)


@pytest.mark.parametrize("word", ["READY", "ready", "Ready"])
def test_a_status_is_read_in_any_case(word: str) -> None:
    read = codec.decode(json.dumps({"status": word}).encode(), ApiGetDatasetStatusResponse)
    assert read.status is DatabundleVersionStatus.READY


@pytest.mark.parametrize(
    ("word", "member"),
    [
        ("DATASET_SORT_BY_UPDATED", DatasetSortBy.DATASET_SORT_BY_UPDATED),
        ("dataset_sort_by_updated", DatasetSortBy.DATASET_SORT_BY_UPDATED),
        ("updated", DatasetSortBy.DATASET_SORT_BY_UPDATED),
        ("Updated", DatasetSortBy.DATASET_SORT_BY_UPDATED),
        ("downloadCount", DatasetSortBy.DATASET_SORT_BY_DOWNLOAD_COUNT),
        ("download_count", DatasetSortBy.DATASET_SORT_BY_DOWNLOAD_COUNT),
        ("datasetSortByHottest", DatasetSortBy.DATASET_SORT_BY_HOTTEST),
    ],
)
def test_an_order_is_read_by_its_short_word_as_well(word: str, member: DatasetSortBy) -> None:
    assert codec.decode(json.dumps({"sortBy": word}).encode(), ApiListDatasetsRequest).sort_by is member


@pytest.mark.parametrize(
    ("word", "member"),
    [
        ("my", DatasetSelectionGroup.DATASET_SELECTION_GROUP_MY),
        ("myPrivate", DatasetSelectionGroup.DATASET_SELECTION_GROUP_MY_PRIVATE),
        ("user", DatasetSelectionGroup.DATASET_SELECTION_GROUP_USER),
        ("sharedWithUser", DatasetSelectionGroup.DATASET_SELECTION_GROUP_SHARED_WITH_USER),
    ],
)
def test_a_short_word_never_means_a_longer_member_that_ends_in_it(
    word: str, member: DatasetSelectionGroup
) -> None:
    assert DatasetSelectionGroup(word) is member


def test_a_word_that_is_not_declared_is_refused_however_deep_it_stands() -> None:
    body = b'{"settings":{"collaborators":[{"username":"ada","role":"EMPEROR"}]}}'
    with pytest.raises(InvalidInput, match="'EMPEROR' is none of"):
        codec.decode_request(body, ApiUpdateDatasetMetadataRequest)


def test_the_end_of_a_word_is_no_word() -> None:
    assert not DatasetSortBy("test").known


def test_an_enum_without_a_common_prefix_is_read_by_its_own_words() -> None:
    body = b'{"settings":{"collaborators":[{"username":"ada","role":"writer"}]}}'
    read = codec.decode(body, ApiUpdateDatasetMetadataRequest)
    assert read.settings is not None
    assert read.settings.collaborators == [DatasetCollaborator(username="ada", role=CollaboratorType.WRITER)]


def test_a_word_of_a_newer_peer_is_kept_in_answers_and_refused_in_requests() -> None:
    read = codec.decode(b'{"status":"ON_THE_MOON"}', ApiGetDatasetStatusResponse)
    assert (str(read.status), read.status.known) == ("ON_THE_MOON", False)
    with pytest.raises(InvalidInput, match="'YESTERDAY' is none of DATASET_SORT_BY_HOTTEST"):
        codec.decode_request(b'{"sortBy":"YESTERDAY"}', ApiListDatasetsRequest)


@pytest.mark.parametrize("value", ["1", '""', "[]", "{}"])
def test_an_enum_is_never_a_number_nor_empty(value: str) -> None:
    with pytest.raises(InvalidInput):
        codec.decode_request(f'{{"sortBy":{value}}}'.encode(), ApiListDatasetsRequest)


def test_a_null_counts_as_absent_at_any_depth() -> None:
    body = b'{"title":null,"files":[{"token":"t","columns":null},null],"isPrivate":null}'
    read = codec.decode(body, ApiCreateDatasetRequest)
    assert read == ApiCreateDatasetRequest(files=[ApiDatasetNewFile(token="t")])


def test_unknown_fields_are_ignored() -> None:
    body = b'{"ownerSlug":"ada","convertToCsv":true,"datasetSlug":"tides"}'
    assert codec.decode(body, ApiDownloadDatasetRequest) == ApiDownloadDatasetRequest(
        owner_slug="ada", dataset_slug="tides"
    )


def test_an_empty_body_is_an_empty_message() -> None:
    assert codec.decode(b"", ApiListDatasetsRequest) == ApiListDatasetsRequest()


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"7", b"\xff\xfe", b'{"page":"many"}', b'{"page":1.5}']
)
def test_what_is_no_such_message_is_refused_as_invalid_input(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        codec.decode(body, ApiListDatasetsRequest)


def test_a_wrong_type_is_named_with_its_field() -> None:
    with pytest.raises(InvalidInput, match=r"CreateDataset: .*isPrivate"):
        codec.decode(b'{"isPrivate":"yes"}', ApiCreateDatasetRequest)


def test_folders_nest() -> None:
    body = b'{"directories":[{"name":"a","directories":[{"name":"b","files":[{"token":"t"}]}]}]}'
    read = codec.decode(body, ApiCreateDatasetRequest)
    inner = ApiUploadDirectoryInfo(name="b", files=[ApiDatasetNewFile(token="t")])
    assert read.directories == [ApiUploadDirectoryInfo(name="a", directories=[inner])]
    assert codec.decode(codec.encode(read), ApiCreateDatasetRequest) == read


def test_a_zero_is_left_out_of_the_rpc_form_and_an_optional_empty_text_is_not() -> None:
    message = ApiStartBlobUploadRequest(type=ApiBlobType.DATASET, name="empty.csv", content_length=0)
    assert json.loads(codec.encode(message)) == {"type": "DATASET", "name": "empty.csv"}
    assert json.loads(codec.encode(ApiCreateDatasetRequest(subtitle=""))) == {"subtitle": ""}


def test_two_messages_never_share_a_list() -> None:
    first, second = ApiListDatasetsResponse(), ApiListDatasetsResponse()
    first.datasets.append(ApiDataset(ref="ada/tides"))
    assert second.datasets == []


@pytest.mark.parametrize(
    "params",
    [
        {"ownerSlug": "ada", "datasetSlug": "tides", "datasetVersionNumber": "3"},
        {"owner_slug": "ada", "dataset_slug": "tides", "dataset_version_number": "3"},
        {"OwnerSlug": "ada", "DatasetSlug": "tides", "DatasetVersionNumber": "3", "unknown": "x"},
    ],
)
def test_a_rest_query_is_read_whatever_the_case_of_its_names(params: dict[str, str]) -> None:
    read = codec.decode_rest(ApiDownloadDatasetRequest, params=params, body=b"", body_field=None)
    assert read == ApiDownloadDatasetRequest(owner_slug="ada", dataset_slug="tides", dataset_version_number=3)


@pytest.mark.parametrize("value", ["None", ""])
def test_none_and_nothing_in_a_query_count_as_absent(value: str) -> None:
    params = {"ownerSlug": "ada", "datasetSlug": "tides", "datasetVersionNumber": value, "fileName": value}
    read = codec.decode_rest(ApiDownloadDatasetRequest, params=params, body=b"", body_field=None)
    assert (read.dataset_version_number, read.file_name) == (None, None)


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("false", False), ("1", True), ("0", False)])
def test_a_rest_query_says_true_and_false_in_words(text: str, expected: bool) -> None:
    params = {"ownerSlug": "ada", "datasetSlug": "tides", "raw": text}
    assert (
        codec.decode_rest(ApiDownloadDatasetRequest, params=params, body=b"", body_field=None).raw is expected
    )


@pytest.mark.parametrize(
    ("query", "field"), [({"filetype": "csv"}, "file_type"), ({"sortBy": "votes"}, "sort_by")]
)
def test_older_spellings_of_a_query_are_read(query: dict[str, str], field: str) -> None:
    read = codec.decode_rest(ApiListDatasetsRequest, params=query, body=b"", body_field=None)
    assert getattr(read, field) != getattr(ApiListDatasetsRequest(), field)


def test_a_rest_body_fills_the_message_or_one_field_of_it() -> None:
    whole = codec.decode_rest(
        ApiCreateDatasetRequest, params={}, body=b'{"title":"Tides","isPrivate":true}', body_field="*"
    )
    assert (whole.title, whole.is_private) == ("Tides", True)
    part = codec.decode_rest(
        ApiUpdateDatasetMetadataRequest,
        params={"owner_slug": "ada", "dataset_slug": "tides"},
        body=b'{"title":"Tides"}',
        body_field="settings",
    )
    assert (part.owner_slug, part.settings) == ("ada", DatasetSettings(title="Tides"))


def test_the_path_of_a_rest_call_wins_over_its_body() -> None:
    read = codec.decode_rest(
        ApiCreateDatasetRequest,
        params={"ownerSlug": "ada"},
        body=b'{"ownerSlug":"eve","slug":"tides"}',
        body_field="*",
    )
    assert (read.owner_slug, read.slug) == ("ada", "tides")


def test_the_rest_form_of_an_empty_message_has_empty_texts_and_nulls() -> None:
    written = codec.to_rest(ApiDataset(last_updated=Timestamp.of(NOON), versions=[ApiDatasetVersion()]))
    assert written["lastUpdated"] == "2026-01-31T12:00:00.000Z"
    assert (written["title"], written["totalBytes"], written["tags"]) == ("", None, [])
    assert written["versions"][0]["versionNotes"] == ""


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deeply_is_refused_wherever_it_stands(opening, closing):
    for depth in (5_000, 100_000):
        deep = (opening * depth + "1" + closing * depth).encode()
        with pytest.raises(InvalidInput):
            codec.decode_request(b'{"search":%b}' % deep, ApiListDatasetsRequest)
        with pytest.raises(InvalidInput):
            codec.decode_rest(ApiUpdateDatasetMetadataRequest, params={}, body=deep, body_field="settings")


@pytest.mark.parametrize("kind, text", [(Timestamp, "0001-01-01T00:00:00+23:59"), (Duration, "9" * 30 + "s")])
def test_a_time_beyond_all_dates_is_refused(kind, text):
    class Timed(codec.Message):
        at: kind

    with pytest.raises(InvalidInput):
        codec.decode(b'{"at":"%b"}' % text.encode(), Timed)
