"""No secret survives the filter, in any of the forms in which one is written; other text does."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.redact import redact

SECRET = "KGAT_0123456789abcdef0123456789abcdef"
KEY = "5f3c9a0e7b1d4c2f8a6e9b0c1d2e3f4a"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: bearer {KEY}",
        f"Authorization: Basic {KEY}==",
        f"{{'Authorization': 'Basic {KEY}='}}",
        f'{{"username":"ada","key":"{KEY}"}}',
        f"{{'username': 'ada', 'key': '{KEY}'}}",
        f'{{"key" : "{KEY}"}}',
        f"KAGGLE_KEY={KEY}",
        f"export KAGGLE_API_TOKEN={KEY}",
        f"KAGGLE_API_TOKEN='{KEY}'",
        f"set -gx KAGGLE_KEY={KEY}; echo",
        f'{{"refreshToken": "{KEY}", "expiresIn": 3600}}',
        f"refresh_token={KEY}&grant_type=refresh_token",
        f"access_token: {KEY}",
        f"client_secret={KEY}",
        f"code_verifier={KEY}",
        f"password={KEY}",
        f"http://ada:{KEY}@localhost:8765/api",
        f"GET /storage/blobs/ab?expires=1&signature={KEY} HTTP/1.1",
        f"https://x.example/y?X-Amz-Signature={KEY}&z=1",
        f"PUT /storage/uploads/{KEY} HTTP/1.1",
        f"token {SECRET} is not known",
        f"refresh KGRT_{KEY}",
    ],
)
def test_a_secret_does_not_survive(text: str) -> None:
    said = redact(text)
    assert KEY not in said
    assert SECRET not in said
    assert KEY[4:] not in said
    assert "***" in said


@pytest.mark.parametrize(
    "text",
    [
        "ada/tides is ready: 3 files, 1.2 MB",
        "https://www.kaggle.com/datasets/ada/tides/versions/3",
        "the keys of the mapping are id and title",
        "a bearer is who holds a token",
        '{"title": "Key figures", "isPrivate": true}',
        "2026-01-31T12:00:00.000Z 200 POST /api/v1/datasets.DatasetApiService/ListDatasets",
        "",
    ],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_the_rest_of_the_line_stays_readable() -> None:
    assert redact(f'{{"username":"ada","key":"{KEY}"}}') == '{"username":"ada","key":"***"}'
    assert redact(f"http://ada:{KEY}@localhost:8765/api") == "http://ada:***@localhost:8765/api"
    assert redact(f"?a=1&signature={KEY}&b=2") == "?a=1&signature=***&b=2"


@given(
    st.text(alphabet=string.ascii_letters + string.digits + "_-", min_size=8, max_size=60),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_token_survives_whatever_stands_around_it(body: str, before: str, after: str) -> None:
    for prefix in ("KGAT_", "KGRT_"):
        said = redact(f"{before} {prefix}{body} {after}")
        assert prefix + body not in said


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
