"""Deadlines and proxies as the environment asks for them."""

import pytest

from brant.errors import InvalidInput
from brant.transfer.http.address import parse_address
from brant.transfer.http.settings import TransportSettings

HTTP = parse_address("http://data.example.org/x")
HTTPS = parse_address("https://data.example.org/x")


def peer_of(settings: TransportSettings, address: str) -> str | None:
    proxy = settings.proxy_for(parse_address(address))
    return proxy.peer if proxy else None


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_plain_http_takes_its_proxy_from_either_spelling(name: str) -> None:
    settings = TransportSettings.from_environ({name: "http://p:3128"})
    assert peer_of(settings, "http://data.example.org/") == "p:3128"


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_https_takes_its_proxy_from_either_spelling(name: str) -> None:
    settings = TransportSettings.from_environ({name: "p:3128"})
    assert peer_of(settings, "https://data.example.org/") == "p:3128"


def test_each_scheme_uses_its_own_proxy_and_lower_case_wins() -> None:
    settings = TransportSettings.from_environ(
        {"http_proxy": "http://plain:1", "HTTP_PROXY": "http://other:2", "https_proxy": "http://tls:3"}
    )
    assert peer_of(settings, "http://data.example.org/") == "plain:1"
    assert peer_of(settings, "https://data.example.org/") == "tls:3"


def test_a_visitor_of_a_cgi_script_cannot_set_the_proxy() -> None:
    settings = TransportSettings.from_environ({"HTTP_PROXY": "http://evil:1", "REQUEST_METHOD": "GET"})
    assert settings.proxy_for(HTTP) is None


@pytest.mark.parametrize(
    ("no_proxy", "host", "exempt"),
    [
        ("*", "data.example.org", True),
        ("example.org", "data.example.org", True),
        (".example.org", "data.example.org", True),
        (".example.org", "example.org", True),
        ("ample.org", "example.org", False),
        ("a.org, data.example.org", "data.example.org", True),
        ("a.org data.example.org", "data.example.org", True),
        ("EXAMPLE.org", "data.example.ORG", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "[::1]", True),
        ("localhost", "localhost", True),
        ("", "localhost", False),
        ("", "127.0.0.1", False),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(no_proxy: str, host: str, exempt: bool) -> None:
    settings = TransportSettings(http_proxy="http://p:1", no_proxy=no_proxy)
    assert (peer_of(settings, f"http://{host}:8000/") is None) is exempt


def test_credentials_in_a_proxy_address_become_basic_authorization() -> None:
    proxy = TransportSettings(http_proxy="http://me:p%40ss@p:3128").proxy_for(HTTP)
    assert proxy is not None
    assert proxy.authorization == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize("proxy", ["socks5://p:1080", "https://p:443", "http://", "http://p:99999"])
def test_a_proxy_of_another_kind_is_refused_when_it_is_needed(proxy: str) -> None:
    settings = TransportSettings(https_proxy=proxy)
    assert settings.proxy_for(HTTP) is None
    with pytest.raises(InvalidInput):
        settings.proxy_for(HTTPS)


@pytest.mark.parametrize(
    ("environ", "ca_file"),
    [
        ({}, None),
        ({"REQUESTS_CA_BUNDLE": "/r"}, "/r"),
        ({"SSL_CERT_FILE": "/s", "REQUESTS_CA_BUNDLE": "/r"}, "/s"),
    ],
)
def test_trusted_certificates_come_from_the_usual_variables(
    environ: dict[str, str], ca_file: str | None
) -> None:
    assert TransportSettings.from_environ(environ).ca_file == ca_file


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "example.org/x",
        "http://",
        "http:///x",
        "http://host:notaport/",
        "http://host:70000/",
        "http://user:secret@host/",
        "http://host/a\r\nX: 1",
        "http://host/a\x00",
        "http://ho st/",
        "http://[::1/",
    ],
)
def test_an_address_that_is_not_plainly_http_is_refused_without_showing_its_secret(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_address(text)
    assert "secret" not in raised.value.message
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    ("text", "target", "authority"),
    [
        ("http://Host", "/", "host"),
        ("http://host:80/a", "/a", "host"),
        ("https://host:80/a", "/a", "host:80"),
        ("https://host:443/a?b=c#d", "/a?b=c", "host"),
        ("http://host/a b/ü%20?q=ä ö", "/a%20b/%C3%BC%20?q=%C3%A4%20%C3%B6", "host"),
        ("http://[::1]:8000/x", "/x", "[::1]:8000"),
        ("http://bücher.example/x", "/x", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken_apart_as_it_goes_on_the_wire(text: str, target: str, authority: str) -> None:
    address = parse_address(text)
    assert (address.target, address.authority) == (target, authority)
