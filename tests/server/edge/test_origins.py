"""Origins: whom the server answers for."""

import pytest

from brant.errors import InvalidInput, Misdirected, UsageError
from brant.server.edge.origins import Origins, parse_origin

ORIGINS = Origins("brant.lan", ["https://kaggle.example.org", "http://10.1.2.3:9000"])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost", "http://localhost"),
        ("LocalHost:80", "http://localhost"),
        ("localhost:8765", "http://localhost:8765"),
        ("127.0.0.1:08765", "http://127.0.0.1:8765"),
        ("[::1]:8765", "http://[::1]:8765"),
        ("brant.lan:8765", "http://brant.lan:8765"),
        ("kaggle.example.org", "https://kaggle.example.org"),
        ("kaggle.example.org:443", "https://kaggle.example.org"),
        ("10.1.2.3:9000", "http://10.1.2.3:9000"),
    ],
)
def test_links_are_built_on_the_origin_that_the_caller_named(host, origin):
    assert ORIGINS.of(host) == origin


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "kaggle.example.org:8080",
        "10.1.2.3",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
    ],
)
def test_any_other_host_is_misdirected(host):
    with pytest.raises(Misdirected, match="--origin"):
        ORIGINS.of(host)


@pytest.mark.parametrize(
    "host", ["", "localhost:", "localhost:99999", "local host", "a/b", "user@localhost", "é"]
)
def test_what_is_no_host_is_bad_input(host):
    with pytest.raises(InvalidInput):
        ORIGINS.of(host)


def test_listening_on_every_interface_opens_no_name():
    with pytest.raises(Misdirected):
        Origins("0.0.0.0").of("0.0.0.0:8765")


@pytest.mark.parametrize(
    ("text", "origin"),
    [("https://Kaggle.Example.org/", "https://kaggle.example.org"), ("http://[::1]:9", "http://[::1]:9")],
)
def test_an_origin_is_scheme_host_and_port(text, origin):
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "kaggle.example.org",
        "ftp://x",
        "http://",
        "http://x/y",
        "http://u:p@x",
        "http://x:0",
        "http://x:y",
        "http://x?q",
    ],
)
def test_anything_else_is_refused_at_the_start(text):
    with pytest.raises(UsageError, match="not an origin"):
        parse_origin(text)
