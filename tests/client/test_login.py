"""A login through the provider's page: by a browser that comes back to a port, and by a pasted code."""

import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread, active_count
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from brant.client import login_file
from brant.client.credentials import Anonymous
from brant.client.endpoints import Endpoint
from brant.client.listener import PORTS, Listener
from brant.client.login import forget, is_live, keep, log_in, revoke
from brant.client.login_file import Login
from brant.client.oauth import (
    DEFAULT_SCOPES,
    Provider,
    begin,
    code_challenge,
    discover,
    is_issuer,
    read_answer,
    read_pasted,
)
from brant.client.session import Session
from brant.errors import (
    BrantError,
    Declined,
    InvalidInput,
    LocalFailure,
    ServerFailure,
    Unauthenticated,
    Unreachable,
)
from brant.transfer.http.pool import Pool
from brant.transfer.http.retry import RetryPolicy
from tests.client import provider as stranger
from tests.transfer.peer import status

KAGGLE = Endpoint.of("kaggle.com")
LAB = Endpoint.of("https://lab.example")
OURS = Provider("https://lab.example", promises_issuer=True)
PATIENCE = 20.0


@pytest.fixture
def provider() -> Iterator[stranger.Provider]:
    with stranger.provider() as running:
        yield running


@pytest.fixture
def session(provider: stranger.Provider) -> Iterator[Session]:
    with visit(provider.address) as opened:
        yield opened


def visit(address: str) -> Session:
    retry = RetryPolicy(attempts=2)
    return Session(Endpoint.of(address), Anonymous(), Pool(), retry=retry, sleep=lambda _: None)


def get(url: str, method: str = "GET") -> tuple[int, str]:
    """One request of a browser, which follows redirects: status and page."""
    while True:
        parts = urlsplit(url)
        # The listener is on 127.0.0.1, whatever the name resolves to first.
        connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=PATIENCE)
        connection.request(method, f"{parts.path or '/'}?{parts.query}")
        response = connection.getresponse()
        location, page = response.getheader("Location"), response.read().decode()
        connection.close()
        if response.status != 302 or location is None:
            return response.status, page
        url = location


def browser(pages: list[str] | None = None) -> Callable[[str], bool]:
    """The browser of a user who consents, while the program waits."""

    def open_(url: str) -> bool:
        def visit_page() -> None:
            page = get(url)[1]
            if pages is not None:
                pages.append(page)

        Thread(target=visit_page, daemon=True).start()
        return True

    return open_


def never(_: str) -> str:
    raise AssertionError("nobody was to be asked")


# The request


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_request_is_what_the_official_client_sends_but_for_the_padding() -> None:
    request = begin(KAGGLE, DEFAULT_SCOPES, "http://localhost:8123")
    parts = urlsplit(request.url)
    query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://www.kaggle.com/api/v1/oauth2/authorize"
    challenge = urlsafe_b64encode(sha256(request.verifier.encode()).digest()).decode().rstrip("=")
    assert query == {
        "response_type": "code",
        "client_id": "kagglesdk",
        "redirect_uri": "http://localhost:8123",
        "scope": "resources.admin:*",
        "state": request.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "response_mode": "query",
    }
    # RFC 7636 §4.1: 43 to 128 characters.
    assert 43 <= len(request.verifier) <= 128


def test_without_a_port_to_come_back_to_the_server_shows_the_code() -> None:
    assert begin(KAGGLE, "x").redirect_uri == "https://www.kaggle.com/account/api/oauth/token"
    assert begin(LAB, "x").redirect_uri == "https://lab.example/account/api/oauth/token"


def test_no_two_requests_share_a_state_or_a_verifier() -> None:
    made = [begin(LAB, "x") for _ in range(100)]
    assert len({request.state for request in made}) == len({request.verifier for request in made}) == 100


def test_no_representation_shows_a_secret() -> None:
    request = begin(LAB, "x")
    login = Login("KGAT_secret", "KGRT_secret", username="ada")
    for shown in (repr(request), str(request), repr(login), f"{login}"):
        assert request.verifier not in shown
        assert request.state not in shown
        assert "secret" not in shown


# The provider


@pytest.mark.parametrize(
    ("name", "expected", "same"),
    [
        ("https://lab.example", "https://lab.example", True),
        ("https://lab.example/", "https://lab.example", True),
        ("https://LAB.example:443", "https://lab.example", True),
        ("http://localhost:8765", "http://127.0.0.1:8765", True),
        ("http://[::1]:8765", "http://localhost:8765", True),
        ("https://www.kaggle.com", "https://www.kaggle.com", True),
        ("https://api.kaggle.com", "https://www.kaggle.com", True),
        ("http://localhost:8765", "http://127.0.0.1:8766", False),
        ("https://localhost:8765", "http://localhost:8765", False),
        ("http://127.0.0.2:8765", "http://127.0.0.1:8765", False),
        ("http://127.0.0.1:8765", "http://lab.example:8765", False),
        ("https://lab.example/other", "https://lab.example", False),
        ("https://lab.example.evil", "https://lab.example", False),
        ("https://www.kaggle.com", "https://lab.example", False),
        ("https://lab.example", "https://www.kaggle.com", False),
        ("https://kaggle.com.evil", "https://www.kaggle.com", False),
        ("https://lab.example@evil", "https://lab.example", False),
        ("", "https://lab.example", False),
        ("nonsense", "https://lab.example", False),
    ],
)
def test_an_issuer_is_the_same_by_its_origin_alone(name: str, expected: str, same: bool) -> None:
    assert is_issuer(name, expected) == same


def test_a_provider_that_says_nothing_is_known_by_its_address(session: Session) -> None:
    assert discover(session) == Provider(session.endpoint.web, promises_issuer=False)


def test_a_provider_that_nobody_reaches_is_told_before_a_browser_opens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with visit(f"http://127.0.0.1:{port}") as session, pytest.raises(Unreachable):
        log_in(session, ask=never, open_browser=never)  # type: ignore[arg-type]


@pytest.mark.parametrize("promises", [True, False])
def test_a_provider_says_who_it_is_and_what_it_promises(
    provider: stranger.Provider,
    session: Session,
    promises: bool,
) -> None:
    provider.issuer = f"http://localhost:{provider.peer.port}"
    provider.promises_issuer = promises
    assert discover(session) == Provider(provider.issuer, promises)


def test_a_provider_that_claims_to_be_another_is_not_used(
    provider: stranger.Provider, session: Session
) -> None:
    provider.issuer = "https://www.kaggle.com"
    with pytest.raises(InvalidInput, match=r"are given by https://www.kaggle.com: log in there"):
        log_in(session, ask=never, open_browser=never)  # type: ignore[arg-type]
    assert not provider.codes


@pytest.mark.parametrize(
    "step",
    [
        status(200, b"<html>", Content_Type="text/html"),
        status(200, b"[]"),
        status(200, b'{"issuer": 7}'),
        status(500),
        status(302, b"", Location="https://www.kaggle.com"),
    ],
)
def test_a_broken_page_about_itself_is_none(
    provider: stranger.Provider, session: Session, step: Callable[..., None]
) -> None:
    provider.on["oauth-authorization-server"] = step
    assert discover(session) == Provider(session.endpoint.web, promises_issuer=False)


# The answer


def answer(request_state: str, **fields: str) -> str:
    return urlencode({"state": request_state, **fields})


def test_the_answer_to_the_request_is_its_code() -> None:
    request = begin(LAB, "x")
    query = answer(request.state, code="abc", iss="https://lab.example")
    assert read_answer(query, request, OURS) == "abc"


def test_an_issuer_that_was_not_promised_may_be_absent() -> None:
    request = begin(KAGGLE, "x")
    kaggle = Provider(KAGGLE.web, promises_issuer=False)
    assert read_answer(answer(request.state, code="abc"), request, kaggle) == "abc"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=abc",
        "code=abc&state=",
        "code=abc&state=wrong",
        "code=abc&state=w%C3%B6rong%FF",
        "error=access_denied",
        "error=access_denied&state=wrong",
        "state={state}",
        "code=&state={state}&iss=https://lab.example",
        "code=abc&code=def&state={state}&iss=https://lab.example",
        "code=abc&state={state}&state={state}&iss=https://lab.example",
        "code=abc&state={state}&iss=https://lab.example&iss=https://evil",
        "&".join(f"a{number}=" for number in range(200)) + "&code=abc&state={state}",
    ],
)
def test_what_is_no_answer_to_the_request_is_passed_over(query: str) -> None:
    request = begin(LAB, "x")
    lenient = Provider("https://lab.example", promises_issuer=False)
    assert read_answer(query.replace("{state}", request.state), request, lenient) is None


@pytest.mark.parametrize("fields", [{"code": "abc"}, {"error": "access_denied"}])
@pytest.mark.parametrize("issuer", ["https://evil.example", "", None])
def test_the_answer_of_another_issuer_is_refused(fields: dict[str, str], issuer: str | None) -> None:
    request = begin(LAB, "x")
    named = {} if issuer is None else {"iss": issuer}
    with pytest.raises(Unauthenticated, match=r"RFC 9207 §2.4"):
        read_answer(answer(request.state, **fields, **named), request, OURS)


def test_a_wrong_issuer_is_refused_even_where_none_is_promised() -> None:
    request = begin(LAB, "x")
    lenient = Provider("https://lab.example", promises_issuer=False)
    with pytest.raises(Unauthenticated, match=r"from https://evil\.example and not from https://lab"):
        read_answer(answer(request.state, code="abc", iss="https://evil.example"), request, lenient)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        ("access_denied", Declined, "denied in the browser"),
        ("server_error", ServerFailure, "try again later"),
        ("temporarily_unavailable", ServerFailure, "try again later"),
        ("invalid_scope", InvalidInput, "--scope"),
        ("unauthorized_client", InvalidInput, "refused the login"),
        ("", InvalidInput, "no reason given"),
    ],
)
def test_an_error_is_told_for_what_it_is(error: str, kind: type[BrantError], says: str) -> None:
    request = begin(LAB, "x")
    with pytest.raises(kind, match=says):
        read_answer(answer(request.state, error=error, iss="https://lab.example"), request, OURS)


def test_the_words_of_an_error_cannot_steer_the_terminal() -> None:
    request = begin(LAB, "x")
    query = answer(
        request.state,
        error="invalid_scope",
        error_description="no\x1b[2J\nsuch KGAT_0123456789abcdef",
        iss="https://lab.example",
    )
    with pytest.raises(InvalidInput) as caught:
        read_answer(query, request, OURS)
    assert "(no [2J such KGAT_***)" in caught.value.message


@pytest.mark.parametrize(
    "pasted",
    [
        "abc",
        "  abc\r\n",
        "https://lab.example/account/api/oauth/token?{answer}",
        "https://lab.example/account/api/oauth/token?{answer}#top",
        "lab.example/account/api/oauth/token?{answer}",
        "  ?{answer} ",
        "{answer}",
    ],
)
def test_the_code_may_be_pasted_alone_or_with_its_address(pasted: str) -> None:
    request = begin(LAB, "x")
    query = urlencode({"code": "abc", "state": request.state, "iss": "https://lab.example"})
    assert read_pasted(pasted.replace("{answer}", query), request, OURS) == "abc"


@pytest.mark.parametrize("pasted", ["", "  ", "two words", "a\x1b[200~b", "ü", "x" * 5000])
def test_what_cannot_be_a_code_is_sent_nowhere(pasted: str) -> None:
    with pytest.raises(InvalidInput, match="that is no code"):
        read_pasted(pasted, begin(LAB, "x"), OURS)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://lab.example/?code=abc&state=other",
        "https://lab.example/#code=abc",
        "https://lab.example/",
        "localhost:8123/?code=abc&state=other",
        "http://[x",
        "http://[x?code=abc",
    ],
)
def test_the_address_of_another_login_is_not_taken(pasted: str) -> None:
    with pytest.raises(InvalidInput, match="not the answer to this login"):
        read_pasted(pasted, begin(LAB, "x"), OURS)


def test_a_pasted_address_of_another_issuer_is_refused() -> None:
    request = begin(LAB, "x")
    query = answer(request.state, code="abc", iss="https://evil.example")
    with pytest.raises(Unauthenticated, match="evil"):
        read_pasted(f"https://evil.example/?{query}", request, OURS)


# The flow


def test_a_browser_logs_in(provider: stranger.Provider, session: Session) -> None:
    pages: list[str] = []
    before = datetime.now(UTC)

    login = log_in(session, ask=never, open_browser=browser(pages), timeout=PATIENCE)

    assert login.username == "ada"
    assert login.scopes == ("resources.admin:*",)
    assert login.endpoint == provider.address
    assert login.access_token in provider.access
    assert login.refresh_token in provider.refresh
    assert login.expires is not None
    assert timedelta(hours=2, minutes=59) < login.expires - before < timedelta(hours=3, minutes=1)


def test_the_exchange_carries_what_the_official_client_sends(
    provider: stranger.Provider, session: Session
) -> None:
    log_in(session, ask=never, open_browser=browser(), timeout=PATIENCE)

    (said,) = [body for name, body in provider.said if name == "ExchangeOAuthToken"]
    assert set(said) == {"code", "codeVerifier", "grantType"}
    assert said["grantType"] == "authorization_code"
    (request,) = [r for r in provider.peer.requests if r.target.endswith("ExchangeOAuthToken")]
    assert "authorization" not in request.headers


def test_a_pasted_code_logs_in(provider: stranger.Provider, session: Session) -> None:
    def paste(address: str) -> str:
        query = parse_qs(urlsplit(provider.consent(urlsplit(address).query)).query)
        return f"  {query['code'][0]}\n"

    assert log_in(session, ask=paste).username == "ada"


def test_where_no_browser_opens_the_code_is_asked_for(provider: stranger.Provider, session: Session) -> None:
    login = log_in(
        session,
        ask=lambda address: provider.consent(urlsplit(address).query),
        open_browser=lambda _: False,
    )
    assert login.username == "ada"


def test_a_browser_that_runs_until_it_is_closed_is_not_waited_for(
    provider: stranger.Provider, session: Session
) -> None:
    closed = Event()

    def open_(url: str) -> bool:
        get(url)
        return closed.wait(PATIENCE)

    assert log_in(session, ask=never, open_browser=open_, timeout=PATIENCE).username == "ada"
    closed.set()


def test_what_is_asked_for_and_what_is_granted_are_two_things(
    provider: stranger.Provider, session: Session
) -> None:
    provider.granted = "datasets.get:*"
    login = log_in(
        session,
        ask=never,
        open_browser=browser(),
        scope="datasets.get:* datasets.update:*",
        timeout=PATIENCE,
    )
    assert login.scopes == ("datasets.get:*",)
    (query,) = [urlsplit(r.target).query for r in provider.peer.requests if "authorize" in r.target]
    assert parse_qs(query)["scope"] == ["datasets.get:* datasets.update:*"]


def test_a_login_that_comes_from_another_issuer_sends_no_code(
    provider: stranger.Provider, session: Session
) -> None:
    provider.issuer = provider.address
    provider.promises_issuer = True

    def mixed_up(address: str) -> bool:
        back = provider.consent(urlsplit(address).query)
        Thread(target=get, args=(back.rpartition("&iss=")[0] + "&iss=https://evil.example",)).start()
        return True

    with pytest.raises(Unauthenticated, match="nothing was sent to anybody"):
        log_in(session, ask=never, open_browser=mixed_up, timeout=PATIENCE)
    assert provider.asked["ExchangeOAuthToken"] == 0


def test_a_code_that_the_server_does_not_take_says_so(session: Session) -> None:
    with pytest.raises(Unauthenticated) as caught:
        log_in(session, ask=lambda _: "stolen-code-0123456789")
    assert "did not take the code (the code is not known)" in caught.value.message
    assert "stolen" not in caught.value.message


def test_a_server_that_says_the_code_back_does_not_get_it_shown(
    provider: stranger.Provider, session: Session
) -> None:
    def echo(exchange: stranger.Exchange) -> None:
        exchange.answer(400, exchange.read_body(), {"Content-Type": "text/plain"})

    provider.on["ExchangeOAuthToken"] = echo
    with pytest.raises(Unauthenticated) as caught:
        log_in(session, ask=lambda _: "stolen-code-0123456789")
    (said,) = [body for name, body in provider.said if name == "ExchangeOAuthToken"]
    assert "grantType" in caught.value.message
    assert "stolen-code" not in caught.value.message
    assert said["codeVerifier"] not in caught.value.message


@pytest.mark.parametrize(
    "said",
    [
        b"{}",
        b'{"accessToken": "KGAT_x"}',
        b'{"accessToken": "KGAT_x", "refreshToken": "KGRT_x", "tokenType": "mac"}',
    ],
)
def test_an_answer_without_the_tokens_is_the_servers_failure(
    provider: stranger.Provider, session: Session, said: bytes
) -> None:
    provider.on["ExchangeOAuthToken"] = status(200, said, Content_Type="application/json")
    with pytest.raises(ServerFailure, match="no bearer token"):
        log_in(session, ask=lambda address: provider.consent(urlsplit(address).query))


def test_a_token_that_its_own_server_does_not_know_is_no_login(
    provider: stranger.Provider, session: Session
) -> None:
    provider.on["IntrospectToken"] = status(200, b'{"active": false}', Content_Type="application/json")
    with pytest.raises(Unauthenticated, match="has just given"):
        log_in(session, ask=lambda address: provider.consent(urlsplit(address).query))


# The listener


def strays(port: int) -> list[tuple[int, str]]:
    """Requests that are not the answer."""
    return [
        get(f"http://localhost:{port}/favicon.ico"),
        get(f"http://localhost:{port}/other?code=evil&state=evil"),
        get(f"http://localhost:{port}/"),
        get(f"http://localhost:{port}/?code=evil&state=evil"),
        get(f"http://localhost:{port}/?error=access_denied&state=evil"),
        get(f"http://localhost:{port}/?code=evil&state=evil", "HEAD"),
        get(f"http://localhost:{port}/?code=evil", "POST"),
    ]


def talk(port: int, words: bytes) -> socket.socket:
    """A connection that says this and waits."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(words)
    return connection


def judge(query: str) -> str | None:
    return "the-code" if query == "good" else None


def test_the_listener_survives_whatever_is_not_the_answer() -> None:
    with Listener() as listener:
        listener.serve(judge)
        silent = talk(listener.port, b"")
        half = talk(listener.port, b"GET /?good HT")
        for garbage in (
            b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
            b"\r\n\r\n",
            b"GET\r\n\r\n",
            b"\xff" * 70_000,
        ):
            with talk(listener.port, garbage) as connection:
                connection.shutdown(socket.SHUT_WR)
        gone = talk(listener.port, b"GET /?other HTTP/1.1\r\n\r\n")
        gone.close()
        assert [code for code, _ in strays(listener.port)] == [404, 404, 400, 400, 400, 501, 501]

        assert get(f"http://localhost:{listener.port}/?good")[0] == 200
        assert listener.wait(PATIENCE) == "the-code"
        silent.close()
        half.close()


def test_the_listener_has_room_for_the_browser_however_many_say_nothing() -> None:
    with Listener() as listener, ExitStack() as strangers:
        listener.serve(judge)
        for _ in range(150):
            strangers.enter_context(talk(listener.port, b"GET /"))
        get(f"http://localhost:{listener.port}/?good")
        assert listener.wait(PATIENCE) == "the-code"
        # Each has a thread.
        assert active_count() < 120


def test_what_the_listener_shows_is_a_page_that_nothing_can_be_put_into() -> None:
    with Listener() as listener:
        listener.serve(judge)
        connection = HTTPConnection("127.0.0.1", listener.port, timeout=PATIENCE)
        connection.request("GET", "/?code=%3Cscript%3E<b>&state=KGAT_x")
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()
    assert "<b>" not in page
    assert "script" not in page
    assert "KGAT_x" not in page
    assert "default-src 'none'" in str(response.getheader("Content-Security-Policy"))
    assert response.getheader("Referrer-Policy") == "no-referrer"
    assert response.getheader("Cache-Control") == "no-store"
    assert response.getheader("Server", "").strip() == "brant"


def test_the_listener_is_on_loopback_alone_and_on_a_port_that_was_agreed() -> None:
    with Listener() as listener:
        assert listener.port in PORTS
        assert listener._server.server_address[0] == "127.0.0.1"


def test_two_logins_listen_side_by_side() -> None:
    with Listener() as one, Listener() as other:
        assert one.port != other.port


def test_a_port_that_is_taken_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as one:
        # Only ports that are in use are left to choose from, and then one more.
        monkeypatch.setattr("brant.client.listener.PORTS", range(one.port, one.port + 1))
        with pytest.raises(LocalFailure, match="is free"):
            Listener()


def test_nobody_in_time_is_said() -> None:
    with Listener() as listener:
        listener.serve(judge)
        with pytest.raises(Unauthenticated, match=r"within 0 s: .*--no-launch-browser"):
            listener.wait(0)


def test_a_closed_listener_hangs_up_on_who_says_nothing() -> None:
    with Listener() as listener:
        listener.serve(judge)
        silent = talk(listener.port, b"")
        silent.settimeout(5)
        # Once another was answered, this one has been taken in.
        get(f"http://localhost:{listener.port}/")
    assert silent.recv(1) == b""
    silent.close()


def test_strays_do_not_end_a_login(provider: stranger.Provider, session: Session) -> None:
    done = Event()

    def pestered(address: str) -> bool:
        def run() -> None:
            port = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port
            assert port is not None
            with talk(port, b""):
                strays(port)
                get(address)
            done.set()

        Thread(target=run, daemon=True).start()
        return True

    assert log_in(session, ask=never, open_browser=pestered, timeout=PATIENCE).username == "ada"
    assert done.wait(PATIENCE)


def test_a_denied_login_is_told_in_the_browser_and_to_the_caller(session: Session) -> None:
    pages: list[tuple[int, str]] = []
    told = Event()

    def denying(address: str) -> bool:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        back = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"

        def run() -> None:
            pages.append(get(back))
            told.set()

        Thread(target=run, daemon=True).start()
        return True

    with pytest.raises(Declined, match="denied"):
        log_in(session, ask=never, open_browser=denying, timeout=PATIENCE)
    assert told.wait(PATIENCE)
    assert pages[0][0] == 400
    assert "Not logged in" in pages[0][1]


# What is kept


def test_a_login_is_kept_privately_and_forgotten(tmp_path: Path, provider: stranger.Provider) -> None:
    file = tmp_path / ".kaggle/credentials.json"
    login = Login(provider.make_access(), provider.make_refresh(), endpoint=provider.address)

    keep(file, login)
    assert login_file.read(file) == login
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700

    assert forget(file, login._replace(access_token="KGAT_fresh"))
    assert not forget(file, login)
    assert login_file.read(file) is None


def test_a_login_that_took_the_place_of_a_forgotten_one_stays(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    keep(file, Login("KGAT_new", "KGRT_new"))
    assert not forget(file, Login("KGAT_old", "KGRT_old"))
    assert login_file.read(file) == Login("KGAT_new", "KGRT_new")


def test_what_a_link_names_is_forgotten_too(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "credentials.json", tmp_path / "elsewhere.json"
    file.symlink_to(elsewhere)
    keep(file, Login("KGAT_x", "KGRT_x"))
    assert elsewhere.exists()

    assert forget(file, Login("KGAT_x", "KGRT_x"))
    assert not elsewhere.exists()
    assert not file.is_symlink()


def test_a_revoked_login_is_over(tmp_path: Path, provider: stranger.Provider, session: Session) -> None:
    file = tmp_path / "credentials.json"
    login = Login(provider.make_access(), provider.make_refresh(), endpoint=provider.address)
    keep(file, login)
    assert is_live(session, file, login)

    assert revoke(session, file, login, "a test")
    (said,) = [body for name, body in provider.said if name == "ExpireApiToken"]
    assert said == {"token": login.refresh_token, "reason": "a test"}
    assert not is_live(session, file, login)
    assert not revoke(session, file, login, "again")


def test_a_login_whose_access_token_is_lost_is_still_live(
    tmp_path: Path, provider: stranger.Provider, session: Session
) -> None:
    file = tmp_path / "credentials.json"
    login = Login("KGAT_unknown", provider.make_refresh(), endpoint=provider.address)
    keep(file, login)
    assert is_live(session, file, login)
