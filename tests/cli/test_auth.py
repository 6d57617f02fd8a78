"""`brant auth`, at a provider of another make: log in, be told as whom, print a token, revoke, log out."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from brant.cli.auth.duration import duration, spelled
from brant.client import login_file
from brant.client.login_file import Login
from tests import browser
from tests.cli.desk import PATIENCE, Desk, Ended
from tests.client import provider as stranger
from tests.ledger import issued
from tests.transfer.peer import Exchange, status

OTHER_TOKEN = "KGAT_" + "of-another-source" * 2
KEY = "c0ffee00c0ffee00c0ffee00c0ffee00"


@pytest.fixture
def provider() -> Iterator[stranger.Provider]:
    with stranger.provider() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, provider: stranger.Provider) -> Desk:
    """The desk of a user of the provider, with a browser."""
    return Desk(tmp_path, {"BRANT_ENDPOINT": provider.address, "BROWSER": browser.AS_VARIABLE})


def file_of(desk: Desk) -> Path:
    return desk.home / ".kaggle/credentials.json"


def login_of(desk: Desk) -> Login:
    login = login_file.read(file_of(desk))
    assert login is not None
    return login


def logged_in(desk: Desk, provider: stranger.Provider, **changes: object) -> Login:
    """A login as it is kept, without the way there."""
    login = Login(
        provider.make_access(),
        provider.make_refresh(),
        datetime.now(UTC) + timedelta(hours=3),
        "ada",
        ("resources.admin:*",),
        provider.address,
    )._replace(**changes)
    login_file.write(file_of(desk), login)
    return login


def put(desk: Desk, name: str, content: str) -> Path:
    file = desk.home / ".kaggle" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    file.chmod(0o600)
    return file


def address_in(text: str) -> str:
    found = re.search(r"^  (http://\S+)\r?$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


def pasting(desk: Desk, provider: stranger.Provider, *words: str) -> Ended:
    """Logs in without a browser of its own: opens what is shown elsewhere, and pastes where that led."""
    process = subprocess.Popen(
        desk.command("auth", "login", "--no-launch-browser", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=desk.environ,
        text=True,
    )
    assert process.stderr is not None
    shown = "".join(process.stderr.readline() for _ in range(3))
    assert "paste the code" in shown
    back = provider.consent(urlsplit(address_in(shown)).query)
    out, err = process.communicate(f"{back}\n", timeout=PATIENCE)
    return Ended(process.returncode, out, shown + err)


# login


def test_a_login_by_browser_says_as_whom_where_and_what_it_allows(
    desk: Desk, provider: stranger.Provider
) -> None:
    ended = desk.brant("auth", "login")

    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        f"You are logged in as ada at {provider.address}.",
        "  resources.admin:*: do everything that you can do",
    ]
    assert address_in(ended.err).startswith(f"{provider.address}/api/v1/oauth2/authorize?")
    assert str(file_of(desk)) in ended.err
    assert login_of(desk).refresh_token in provider.refresh
    assert file_of(desk).stat().st_mode & 0o777 == 0o600
    assert desk.brant("datasets", "list").code == 0


def test_a_login_by_a_pasted_code_is_the_same(desk: Desk, provider: stranger.Provider) -> None:
    ended = pasting(desk, provider)

    assert ended.code == 0, ended.err
    assert f"You are logged in as ada at {provider.address}." in ended.out
    asked = parse_qs(urlsplit(address_in(ended.err)).query)
    assert asked["redirect_uri"] == [f"{provider.address}/account/api/oauth/token"]
    assert login_of(desk).username == "ada"


def test_at_a_terminal_the_code_is_asked_for(desk: Desk, provider: stranger.Provider) -> None:
    def paste(shown: str) -> str:
        query = provider.consent(urlsplit(address_in(shown)).query)
        return parse_qs(urlsplit(query).query)["code"][0] + "\n"

    ended = desk.at_terminal(
        "auth",
        "login",
        "--no-launch-browser",
        typed=paste,
        question="Then paste the code that you are shown: ",
        columns=1000,
    )
    assert ended.code == 0, ended.out
    assert "You are logged in as ada" in ended.out


def test_without_a_display_the_code_is_asked_for(desk: Desk) -> None:
    del desk.environ["BROWSER"]
    ended = desk.brant("auth", "login", typed="")
    assert ended.code == 14
    assert "Open this address in any browser" in ended.err
    assert "no code was given" in ended.err


def test_a_browser_that_does_not_start_leads_to_a_code(desk: Desk) -> None:
    desk.environ["BROWSER"] = "false %s"
    ended = desk.brant("auth", "login", typed="")
    assert ended.code == 14
    assert "No browser could be opened." in ended.err
    assert "Open this address in any browser" in ended.err


def test_a_browser_that_never_comes_back_is_waited_for_so_long(desk: Desk) -> None:
    desk.environ["BROWSER"] = "true %s"
    ended = desk.brant("auth", "login", "--timeout", "1")
    assert ended.code == 4
    assert "nobody logged in within 1 s" in ended.err
    assert not file_of(desk).exists()


def test_fewer_scopes_are_asked_for_and_said(desk: Desk, provider: stranger.Provider) -> None:
    ended = desk.brant("auth", "login", "--scope", "datasets.get:*", "--scope", "models.get:*,kernels.get:*")
    assert ended.code == 0, ended.err
    asked = parse_qs(urlsplit(address_in(ended.err)).query)["scope"]
    assert asked == ["datasets.get:* models.get:* kernels.get:*"]


def test_scopes_that_we_have_no_words_for_are_said_as_they_are(
    desk: Desk, provider: stranger.Provider
) -> None:
    provider.granted = "chess.play:*"
    assert "  chess.play:*\n" in desk.brant("auth", "login").out


def test_a_live_login_is_kept_unless_force_is_used(desk: Desk, provider: stranger.Provider) -> None:
    before = logged_in(desk, provider)

    ended = desk.brant("auth", "login")
    assert (ended.code, ended.err) == (0, "")
    assert "as ada" in ended.out
    assert "--force" in ended.out
    assert login_of(desk) == before

    assert desk.brant("auth", "login", "--force").code == 0
    assert login_of(desk).refresh_token != before.refresh_token


def test_a_login_that_has_ended_is_replaced_without_force(desk: Desk, provider: stranger.Provider) -> None:
    before = logged_in(desk, provider)
    provider.access.clear()
    provider.refresh.clear()
    ended = desk.brant("auth", "login")
    assert ended.code == 0, ended.err
    assert "has ended" in ended.err
    assert login_of(desk).refresh_token != before.refresh_token


def test_force_puts_a_login_in_the_place_of_a_broken_one(desk: Desk) -> None:
    put(desk, "credentials.json", "{")
    assert desk.brant("auth", "login").code == 3
    ended = desk.brant("auth", "login", "--force")
    assert ended.code == 0, ended.err
    assert login_of(desk).username == "ada"


def test_a_login_that_cannot_be_kept_is_ended(desk: Desk, provider: stranger.Provider) -> None:
    (desk.home / ".kaggle").touch()  # where the folder is to be
    ended = desk.brant("auth", "login")
    assert ended.code == 12
    assert "cannot be written" in ended.err
    assert provider.asked["ExchangeOAuthToken"] == 1
    assert not provider.refresh


def test_a_login_of_another_server_is_not_lost(desk: Desk, provider: stranger.Provider) -> None:
    before = logged_in(desk, provider, endpoint="https://lab.example")
    ended = desk.brant("auth", "login")
    assert ended.code == 7
    assert "is a login for https://lab.example: --force" in ended.err
    assert "--profile" in ended.err
    assert login_of(desk) == before
    assert provider.asked["authorize"] == 0

    assert desk.brant("auth", "login", "--force").code == 0
    assert login_of(desk).endpoint == provider.address


def test_a_profile_keeps_logins_apart(desk: Desk, provider: stranger.Provider) -> None:
    before = logged_in(desk, provider, endpoint="https://lab.example")
    set_ = desk.brant("config", "set", "--profile", "lab", "-n", "endpoint", "-v", provider.address)
    assert set_.code == 0, set_.err
    del desk.environ["BRANT_ENDPOINT"]
    assert desk.brant("auth", "login", "--profile", "lab").code == 0
    assert login_of(desk) == before
    ended = desk.brant("auth", "status", "--profile", "lab", "--format", "json")
    assert ended.document["source"].endswith("profiles/lab/credentials.json")


@pytest.mark.parametrize("source", ["KAGGLE_API_TOKEN", "access_token", "kaggle.json"])
def test_what_goes_before_the_login_is_named(desk: Desk, provider: stranger.Provider, source: str) -> None:
    if source == "KAGGLE_API_TOKEN":
        desk.environ[source] = OTHER_TOKEN
    elif source == "access_token":
        put(desk, source, OTHER_TOKEN)
    else:
        put(desk, source, json.dumps({"username": "grace", "key": KEY}))
    for _ in range(2):  # a new one, and one that is kept
        ended = desk.brant("auth", "login")
        assert ended.code == 0, ended.err
        (line,) = [line for line in ended.err.splitlines() if "not used as long as" in line]
        assert source in line


def test_a_source_that_is_broken_does_not_keep_anybody_from_logging_in(desk: Desk) -> None:
    put(desk, "kaggle.json", "{")
    # The file is asked for the endpoint, too.
    assert desk.brant("auth", "login").code == 3
    put(desk, "kaggle.json", '{"username": "ada"}')
    ended = desk.brant("auth", "login")
    assert ended.code == 0, ended.err
    assert 'kaggle.json lacks "key"' in ended.err


def test_an_answer_for_another_login_logs_nobody_in(desk: Desk, provider: stranger.Provider) -> None:
    def evil(exchange: Exchange) -> None:
        asked = parse_qs(urlsplit(exchange.request.target).query)
        back = f"{asked['redirect_uri'][0]}/?code=evil-code&state=evil"
        exchange.answer(302, b"", {"Location": back})

    provider.on["authorize"] = evil
    ended = desk.brant("auth", "login", "--timeout", "1")
    assert ended.code == 4
    assert provider.asked["ExchangeOAuthToken"] == 0
    assert not file_of(desk).exists()


# login --with-token


def test_a_token_is_read_and_kept(desk: Desk, provider: stranger.Provider) -> None:
    token = provider.make_access()
    ended = desk.brant("auth", "login", "--with-token", typed=f"  {token}\n")
    assert ended.code == 0, ended.err
    file = desk.home / ".kaggle/access_token"
    assert ended.out == f"You are ada at {provider.address} by the token in {file}.\n"
    assert "whichever server is named" in ended.err
    assert file.read_text() == token + "\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert desk.brant("datasets", "list").code == 0


def test_at_a_terminal_a_token_is_not_shown(desk: Desk, provider: stranger.Provider) -> None:
    token = provider.make_access()
    ended = desk.at_terminal(
        "auth", "login", "--with-token", typed=token + "\n", question="Access token (it is not shown): "
    )
    assert ended.code == 0, ended.out
    assert token not in ended.out


def test_who_ends_the_question_for_a_token_has_given_none(desk: Desk) -> None:
    ended = desk.at_terminal(
        "auth", "login", "--with-token", typed="\x04", question="Access token (it is not shown): "
    )
    assert ended.code == 14
    assert "no token was given" in ended.out


def test_a_token_that_is_not_known_is_not_kept(desk: Desk) -> None:
    ended = desk.brant("auth", "login", "--with-token", typed=issued(OTHER_TOKEN) + "\n")
    assert ended.code == 4
    assert "does not take this token" in ended.err
    assert not (desk.home / ".kaggle").exists()


def test_another_token_is_not_lost(desk: Desk, provider: stranger.Provider) -> None:
    file = put(desk, "access_token", OTHER_TOKEN)
    token = provider.make_access()
    ended = desk.brant("auth", "login", "--with-token", typed=token)
    assert ended.code == 7
    assert "--force puts this one in its place" in ended.err
    assert file.read_text() == OTHER_TOKEN
    assert desk.brant("auth", "login", "--with-token", "--force", typed=token).code == 0
    assert desk.brant("auth", "login", "--with-token", typed=token).code == 0


@pytest.mark.parametrize(("typed", "code"), [("", 14), ("\n", 14), ("two words\n", 3), ("x" * 9000, 3)])
def test_what_is_no_token_is_sent_nowhere(
    desk: Desk, provider: stranger.Provider, typed: str, code: int
) -> None:
    ended = desk.brant("auth", "login", "--with-token", typed=typed)
    assert ended.code == code
    assert ended.err.count("\n") == 1
    assert not provider.asked


# status


def test_status_of_a_login(desk: Desk, provider: stranger.Provider) -> None:
    logged_in(desk, provider)
    provider.granted = "datasets.get:*"
    ended = desk.brant("auth", "status", "--format", "json")
    assert ended.code == 0, ended.err
    document = ended.document
    expires = document.pop("expires")
    assert datetime.fromisoformat(expires) > datetime.now(UTC) + timedelta(hours=2)
    assert document == {
        "endpoint": provider.address,
        "username": "ada",
        "kind": "OAuth login",
        "source": str(file_of(desk)),
        "scopes": "datasets.get:*",
        "refreshed": True,
    }
    shown = desk.brant("auth", "status").out
    assert re.search(r"^username +ada$", shown, re.MULTILINE)
    assert re.search(r"^scopes +datasets\.get:\*$", shown, re.MULTILINE)
    assert desk.brant("auth", "status", "--format", "csv(username,kind)").out == (
        "username,kind\r\nada,OAuth login\r\n"
    )


def test_status_refreshes_a_login_whose_token_is_lost(desk: Desk, provider: stranger.Provider) -> None:
    logged_in(desk, provider)
    provider.access.clear()
    assert desk.brant("auth", "status").code == 0
    assert provider.asked["GenerateAccessToken"] == 1


def test_status_of_a_token(desk: Desk, provider: stranger.Provider) -> None:
    desk.environ["KAGGLE_API_TOKEN"] = provider.make_access()
    document = desk.brant("auth", "status", "--format", "json").document
    assert (document["kind"], document["source"]) == ("access token", "KAGGLE_API_TOKEN")
    assert (document["expires"], document["refreshed"]) == (None, False)


def test_status_of_a_token_whose_end_no_calendar_has(desk: Desk, provider: stranger.Provider) -> None:
    desk.environ["KAGGLE_API_TOKEN"] = provider.make_access()
    said = b'{"active": true, "username": "ada", "exp": 999999999999999}'
    provider.on["IntrospectToken"] = status(200, said, Content_Type="application/json")
    ended = desk.brant("auth", "status", "--format", "json(expires)")
    assert (ended.code, ended.document) == (0, {"expires": None}), ended.err


def test_status_of_a_key(desk: Desk, provider: stranger.Provider) -> None:
    provider.on["Hello"] = status(200, b'{"userName": "ada"}', Content_Type="application/json")
    put(desk, "kaggle.json", json.dumps({"username": "ada", "key": KEY}))
    document = desk.brant("auth", "status", "--format", "json").document
    assert (document["kind"], document["username"], document["scopes"]) == ("legacy key", "ada", None)


@pytest.mark.parametrize("kind", ["nobody", "token", "key", "login", "foreign"])
def test_who_is_not_logged_in_is_told_by_exit_code_4(
    desk: Desk, provider: stranger.Provider, kind: str
) -> None:
    if kind == "token":
        desk.environ["KAGGLE_API_TOKEN"] = OTHER_TOKEN
    elif kind == "key":
        put(desk, "kaggle.json", json.dumps({"username": "ada", "key": KEY}))
        provider.on["Hello"] = status(200, b"{}", Content_Type="application/json")
    elif kind == "login":
        logged_in(desk, provider)
        provider.access.clear()
        provider.refresh.clear()
    elif kind == "foreign":
        logged_in(desk, provider, endpoint="https://lab.example")
    ended = desk.brant("auth", "status", "--format", "json")
    assert ended.code == 4
    assert ended.document["error"]["code"] == 401
    assert "log in" in ended.err


# print-access-token


def test_a_fresh_token_is_printed_and_nothing_else(desk: Desk, provider: stranger.Provider) -> None:
    before = logged_in(desk, provider)
    ended = desk.brant("auth", "print-access-token")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip() in provider.access - {before.access_token}
    assert ended.out.count("\n") == 1
    assert login_of(desk) == before


@pytest.mark.parametrize(
    ("written", "seconds"), [("30m", 1800), ("1h", 3600), ("3h", 10_800), ("90", 90), ("2:30", 9000)]
)
def test_a_token_lives_as_long_as_is_asked_for(
    desk: Desk, provider: stranger.Provider, written: str, seconds: int
) -> None:
    logged_in(desk, provider)
    ended = desk.brant("auth", "print-access-token", "--expiration", written)
    assert (ended.code, ended.err) == (0, "")
    (said,) = [body for name, body in provider.said if name == "GenerateAccessToken"]
    assert said["expirationDuration"] == f"{seconds}s"


def test_less_than_was_asked_for_is_said(desk: Desk, provider: stranger.Provider) -> None:
    logged_in(desk, provider)
    ended = desk.brant("auth", "print-access-token", "--expiration", "12h")
    assert ended.code == 0
    assert ended.err == "The server gave it 3h, which is less than was asked for.\n"


def test_a_trace_of_it_shows_no_token(desk: Desk, provider: stranger.Provider) -> None:
    login = logged_in(desk, provider)
    ended = desk.brant("auth", "print-access-token", "--verbose")
    assert "GenerateAccessToken" in ended.err
    assert ended.out.strip() not in ended.err
    assert login.refresh_token not in ended.out + ended.err


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("1", 1), ("30s", 30), ("2h30m", 9000), ("1d", 86_400), ("1d2h3m4s", 93_784), (" 1H ", 3600)],
)
def test_a_length_of_time_is_read(written: str, seconds: int) -> None:
    assert duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [1, 90, 9000, 10_800, 93_784])
def test_a_length_of_time_is_spelled_as_it_is_read(seconds: int) -> None:
    assert duration(spelled(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


# revoke and logout


def test_revoke_ends_the_login_everywhere(desk: Desk, provider: stranger.Provider) -> None:
    login = logged_in(desk, provider)
    ended = desk.brant("auth", "revoke", "--reason", "the laptop was lost")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"Revoked the login of ada at {provider.address}. It is forgotten here, too.\n"
    assert login.refresh_token not in provider.refresh
    (said,) = [body for name, body in provider.said if name == "ExpireApiToken"]
    assert said == {"token": login.refresh_token, "reason": "the laptop was lost"}
    assert not file_of(desk).exists()


def test_revoke_of_what_the_server_no_longer_knows_forgets_it(
    desk: Desk, provider: stranger.Provider
) -> None:
    logged_in(desk, provider)
    provider.access.clear()
    provider.refresh.clear()
    ended = desk.brant("auth", "revoke")
    assert (ended.code, ended.err) == (0, "")
    assert "knew the login of ada no longer" in ended.out
    assert not file_of(desk).exists()


def test_revoke_that_does_not_reach_the_server_changes_nothing(
    desk: Desk, provider: stranger.Provider
) -> None:
    before = logged_in(desk, provider)
    provider.on["ExpireApiToken"] = status(500)
    assert desk.brant("auth", "revoke").code == 10
    assert login_of(desk) == before


def test_logout_revokes_and_forgets(desk: Desk, provider: stranger.Provider) -> None:
    login = logged_in(desk, provider)
    ended = desk.brant("auth", "logout")
    assert (ended.code, ended.out, ended.err) == (0, f"ada is logged out of {provider.address}.\n", "")
    assert login.refresh_token not in provider.refresh
    assert not file_of(desk).exists()


def test_logout_forgets_even_what_cannot_be_revoked(desk: Desk, provider: stranger.Provider) -> None:
    logged_in(desk, provider, endpoint="http://127.0.0.1:9")
    ended = desk.brant("auth", "logout", "--endpoint", "http://127.0.0.1:9")
    assert ended.code == 0
    assert "The server was not told" in ended.err
    assert "revoke the login on its settings page" in ended.err
    assert not file_of(desk).exists()


def test_logout_names_what_remains(desk: Desk, provider: stranger.Provider) -> None:
    logged_in(desk, provider)
    other = put(desk, "access_token", OTHER_TOKEN)
    ended = desk.brant("auth", "logout")
    assert ended.code == 0
    assert f"yours to remove: {other}" in ended.err
    assert other.exists()


@pytest.mark.parametrize("verb", ["revoke", "logout", "print-access-token"])
def test_without_a_login_here_nothing_is_done(desk: Desk, provider: stranger.Provider, verb: str) -> None:
    ended = desk.brant("auth", verb)
    assert ended.code == 4
    assert "nobody is logged in: there is no" in ended.err

    before = logged_in(desk, provider, endpoint="https://lab.example")
    ended = desk.brant("auth", verb)
    assert ended.code == 4
    assert f"nobody is logged in at {provider.address}" in ended.err
    assert "is a login for https://lab.example" in ended.err
    assert login_of(desk) == before
    assert not provider.asked


def test_no_command_but_one_shows_a_secret(desk: Desk, provider: stranger.Provider) -> None:
    shown: list[Ended] = [desk.brant("auth", "login", "--verbose")]
    secrets = {*provider.access, *provider.refresh}
    for words in (["login", "--force"], ["status"], ["logout"], ["login"], ["revoke"]):
        shown.append(desk.brant("auth", *words, "--verbose"))
        secrets |= {*provider.access, *provider.refresh}
    secrets |= {body["codeVerifier"] for name, body in provider.said if name == "ExchangeOAuthToken"}
    secrets |= {body["code"] for name, body in provider.said if name == "ExchangeOAuthToken"}
    assert len(secrets) >= 8
    for ended in shown:
        assert ended.code == 0, ended.err
        for secret in secrets:
            assert secret not in ended.out + ended.err
