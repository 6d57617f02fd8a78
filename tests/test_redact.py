"""No secret survives the filter, in any of the forms in which one is written; other text does."""

import ast
import json
import re
import shlex
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.redact import RULES, redact
from tests.architecture.imports import modules

SECRET = "KGAT_0123456789abcdef0123456789abcdef"
KEY = "5f3c9a0e7b1d4c2f8a6e9b0c1d2e3f4a"
CODE = "Vd3-x_9QpLz7Tn0aRk2YwBf5uHs8GjMcEi1oNvXqAtZ"
SETUP_CODE = "K7QX-2MZB-PLW4-T3VN-6YDR"


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
        # By its form alone.
        f"brant config set does not take '{KEY}' here",
        f"the key is {KEY}.",
        # OAuth: codes, verifiers, and clients of organizations.
        f"GET /?code={CODE}&state=7&iss=http%3A%2F%2F127.0.0.1 HTTP/1.1",
        f"http://localhost:8123/?state=7&code={CODE}",
        f"grant_type=authorization_code&code={CODE}&code_verifier={KEY}",
        f'{{"code": "{CODE}", "codeVerifier": "{KEY}"}}',
        f"next=http%3A%2F%2Flocalhost%3A8123%2F%3Fcode%3D{CODE}%26state%3D7",
        f"Authorization: Basic org:geese:{KEY}",
        f"Basic org%3Ageese:{CODE}",
        f"org:geese:{CODE}",
        f"token={CODE}&token_type_hint=access_token",
        # Cookies, whole: other cookies are nobody's business either.
        f"Cookie: brant-session-8765={CODE}; other={KEY}",
        f"Set-Cookie: __Host-brant-session={CODE}; Path=/; HttpOnly",
        f"{{'cookie': 'a=1; brant-session-80=\"{CODE}\"'}}",
        f"[(b'cookie', b'a={CODE}'), (b'host', b'x')]",
        f"brant-visitor-8765={CODE}",
        f"csrf={CODE}",
        # Passwords in forms and files.
        f"new_password={CODE}&again={KEY}&password2=geese-{CODE}".replace(f"again={KEY}&", ""),
        f'{{"currentPassword": "x, {CODE}"}}',
        f"password=100%25{CODE}",
        f"$argon2id$v=19$m=65536,t=3,p=4${CODE}",
    ],
)
def test_a_secret_does_not_survive(text: str) -> None:
    said = redact(text)
    assert KEY not in said
    assert SECRET not in said
    assert KEY[4:] not in said
    assert CODE not in said
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
        '{"code": 404, "message": "no such dataset"}',
        "exit code: 12, and code = 3",
        "error code: not-found",
        "the authorization code is used up (RFC 6749 §4.1.2)",
        "a cookie: a small biscuit",
        "cookies are not read here",
        "the password is too short: twelve characters at least",
        "the token: who holds it may act",
        "next page: --page-token=geese-of-the-north-1234",
        "Next Page Token = WzEyLCJnZWVzZS1vZi10aGUtbm9ydGgiXQ",
        "raw/5f3c9a0e7b1d4c2f8a6e9b0c1d2e3f4a.jpg is not there",
        "SHA-256 " + "5f3c9a0e" * 8,
        "550e8400-e29b-41d4-a716-446655440000",
        "org:geese is no client here",
        "GREY-LAG",
        'Bearer realm="brant", Basic realm="brant", charset="UTF-8"',
    ],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("name", sorted(modules()))
def test_no_words_of_our_errors_are_taken_for_a_secret(name: str) -> None:
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for words in filter(None, map(_literal, node.exc.args)):
                assert redact(words) == words, f"line {node.lineno}"


def _literal(node: ast.expr) -> str | None:
    """The text of a literal, with … for what is put into it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "…" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else None


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


def test_the_set_up_code_is_known_by_its_form() -> None:
    assert redact(f"the code is {SETUP_CODE}.") == "the code is ***."


# By their names they are known; passwords are made of anything that can be typed.
NAMES = {
    "password": ("password", "new_password", "currentPassword", "passphrase"),
    "code": ("code", "code_verifier", "client_secret", "csrf"),
    "token": ("token", "refresh_token", "accessToken", "api_key", "KAGGLE_API_TOKEN"),
    "key": ("key", "KAGGLE_KEY"),
}
HELD = {
    "key": st.text("0123456789abcdef", min_size=32, max_size=32),
    "token": st.text(string.ascii_letters + string.digits + "-_", min_size=20, max_size=43).map(
        lambda it: f"7{it}"
    ),
    "code": st.text(string.ascii_letters + string.digits + "-_", min_size=32, max_size=43),
    "password": st.text(string.printable[:95], min_size=8, max_size=40).filter(lambda it: it == it.strip()),
}
PLAIN = st.text(string.ascii_letters + " ", max_size=12)


def in_json(name: str, value: str) -> str:
    return json.dumps({"user": "ada", name: value, "n": 1})


def in_json_in_json(name: str, value: str) -> str:
    return json.dumps({"body": in_json(name, value)})


def in_a_form(name: str, value: str) -> str:
    return urlencode({"user": "ada", name: value, "n": 1})


def in_an_address(name: str, value: str) -> str:
    return f"GET /x?{in_a_form(name, value)} HTTP/1.1"


def in_an_address_in_an_address(name: str, value: str) -> str:
    return urlencode({"next": f"http://127.0.0.1/x?{in_a_form(name, value)}", "n": 1})


def in_a_dict(name: str, value: str) -> str:
    return repr({"user": "ada", name: value, "n": 1})


def in_a_dict_of_bytes(name: str, value: str) -> str:
    return repr({b"user": b"ada", name.encode(): value.encode()})


def in_a_shell(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}; true"


def in_an_error(name: str, value: str) -> str:
    return f"ValueError: {in_a_dict(name, value)!r}"


CONTEXTS = (
    in_json,
    in_json_in_json,
    in_a_form,
    in_an_address,
    in_an_address_in_an_address,
    in_a_dict,
    in_a_dict_of_bytes,
    in_a_shell,
    in_an_error,
)


@pytest.mark.parametrize("context", CONTEXTS, ids=[context.__name__ for context in CONTEXTS])
@given(data=st.data(), before=PLAIN, after=PLAIN)
def test_a_named_secret_survives_in_no_context(
    context: Callable[[str, str], str], data: st.DataObject, before: str, after: str
) -> None:
    kind = data.draw(st.sampled_from(sorted(HELD)))
    value = data.draw(HELD[kind])
    name = data.draw(st.sampled_from(NAMES[kind]))
    written = context(name, value)
    elsewhere = f"{before} {context(name, '')} {after}"
    said = redact(f"{before} {written} {after}")
    for piece in re.findall(r"[A-Za-z0-9]{4,}", value):
        if piece not in elsewhere:
            assert piece not in said, written


@given(
    st.lists(
        st.one_of(
            PLAIN,
            st.sampled_from([f"KGAT_{KEY}", f"KGRT_{CODE}", "KGAT_", "KGRT_***", "key", "\n", " "]),
        ),
        max_size=8,
    )
)
def test_the_official_rule_finds_nothing_left_to_hide(pieces: list[str]) -> None:
    """The brief's `sed -E 's/(KGAT_|KGRT_)[A-Za-z0-9_\\-]+/\\1***/g'` changes no text of ours."""
    said = redact("".join(pieces))
    assert re.sub(r"(KGAT_|KGRT_)[A-Za-z0-9_\\-]+", r"\1***", said) == said


def test_sed_itself_finds_nothing_left_to_hide() -> None:
    text = "".join(
        f"{before}{SECRET}{after}\n" for before in ("", "x", "=", '"') for after in ("", "\\", ".", '"')
    )
    rule = r"s/(KGAT_|KGRT_)[A-Za-z0-9_\-]+/\1***/g"
    done = subprocess.run(["sed", "-E", rule], input=redact(text), capture_output=True, text=True, check=True)
    assert done.stdout == redact(text)


HOSTILE = (
    *(
        "a.",
        "key=",
        "://a:",
        "Basic ",
        'key="',
        "authorization: ",
        "@",
        '\\"',
        "&code=",
        "cookie: a=",
        "cookie",
    ),
    *(" ", "org:a:", "AAAA-", "0123456789abcdef", "password%3d%22", "'\"'\"'", "password='a\"b", "%22"),
    *("token: ", "\\", "KGAT_", "b'", "key ", "code: a", "://", "?sig", "$argon2i$", "password=%"),
)


def test_the_work_grows_with_the_text_and_no_faster() -> None:
    """Of hostile answers of 256 KiB each: a rule of squared work takes an hour over one, and is stopped."""
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from brant.redact import redact
for piece in {HOSTILE!r}:
    text = piece * (256 * 1024 // len(piece))
    redact(text)
    redact("key=" + text)
    redact("password='" + text)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, f"stopped by signal {-done.returncode}: {done.stderr.decode()}"


@pytest.mark.parametrize("rule", [pattern for pattern, _ in RULES])
def test_no_rule_repeats_without_end_what_repeats_without_end(rule: str) -> None:
    """(a+)+ tries exponentially many ways; this is the form of all such."""
    assert not endless_in_endless(re._parser.parse(rule), within=False)  # type: ignore[attr-defined]


def endless_in_endless(parsed: Any, *, within: bool) -> bool:
    for operation, argument in parsed:
        name, endless = str(operation), within
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            is_endless = argument[1] == re._parser.MAXREPEAT  # type: ignore[attr-defined]
            if within and is_endless:
                return True
            endless = within or is_endless
        if any(endless_in_endless(inner, within=endless) for inner in _inner(argument)):
            return True
    return False


def _inner(argument: Any) -> Iterator[Any]:
    if isinstance(argument, re._parser.SubPattern):  # type: ignore[attr-defined]
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _inner(each)


def test_the_form_of_a_bad_rule_is_known() -> None:
    assert endless_in_endless(re._parser.parse("x(?:a+b?)+"), within=False)  # type: ignore[attr-defined]
