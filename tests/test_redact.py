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
        f"glued{SECRET}",
        f"login?token%3D{SECRET}%26next=1",
        # JSON within JSON, cut short, or with quotes in the value.
        f'{{"body": "{{\\"username\\":\\"ada\\",\\"key\\":\\"{KEY}\\"}}"}}',
        f'{{"key": "{KEY}',
        f'{{"password": "a\\"{KEY}"}}',
        f"{{b'key': b'{KEY}'}}",
        f"%7B%22key%22%3A%22{KEY}%22%7D",
        f"access_token%3D{KEY}%26next",
        f"api-key: {KEY}",
        f"x-api-key: {KEY}",
        f"key:\n  {KEY}\n",
        # Headers as dicts, tuples and bytes.
        f"{{'Authorization': 'Token {KEY}'}}",
        f"(b'authorization', b'Bearer {KEY}')",
        "Proxy-Authorization: Basic " + KEY,
        # Passwords that an address should have encoded.
        f"http://ada:p@{KEY}@localhost:8765/api",
        f"http://ada:p/{KEY}@localhost:8765/api",
        f"http://ada:p#{KEY}@localhost:8765/api",
        f"http://:{KEY}@localhost",
        # Signed addresses within JSON and within addresses.
        f'{{"url":"https://x.example/y?a=1\\u0026X-Amz-Signature={KEY}"}}',
        f"next=https%3A%2F%2Fx.example%2Fy%3FX-Goog-Signature%3D{KEY}",
        f"https://x.example/y?a=1&amp;Signature={KEY}",
        f"https://x.example/y?X-Amz-Security-Token={KEY}",
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
        "Basic statistics of penguins",
        "basic research, and Basic input/output",
        "bearer authentication is asked for",
        '{"key": "value", "keywords": ["a"]}',
        "keywords: penguins, islands",
        "the metadata has an unknown key: subtitel",
        "the secret: practise",
        "http://localhost:8765/datasets?user=ada@example.org",
        "see http://localhost:8765/api and write to ada@example.org",
        "",
    ],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_the_rest_of_the_line_stays_readable() -> None:
    assert redact(f'{{"username":"ada","key":"{KEY}"}}') == '{"username":"ada","key":"***"}'
    assert redact(f"http://ada:{KEY}@localhost:8765/api") == "http://ada:***@localhost:8765/api"
    assert redact(f"http://ada:p@{KEY}@localhost:8765/api") == "http://ada:***@localhost:8765/api"
    assert redact(f"Authorization: Basic {KEY}==\nHost: x") == "Authorization: Basic ***\nHost: x"
    assert redact(f'{{\\"key\\":\\"{KEY}\\",\\"id\\":1}}') == '{\\"key\\":\\"***\\",\\"id\\":1}'
    assert redact(f"?a=1&signature={KEY}&b=2") == "?a=1&signature=***&b=2"


@given(
    st.text(alphabet=string.ascii_letters + string.digits + "_-", min_size=8, max_size=60),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_token_survives_whatever_stands_around_it(body: str, before: str, after: str) -> None:
    for prefix in ("KGAT_", "KGRT_"):
        said = redact(f"{before}{prefix}{body}{after}")
        assert prefix + body not in said


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize("piece", ["a.", "key=", "://a:", "Basic ", 'key="', "authorization: ", "@", '\\"'])
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """A hostile answer of 64 KiB; one rule of squared cost takes minutes over it."""
    redact(piece * (64 * 1024 // len(piece)))
