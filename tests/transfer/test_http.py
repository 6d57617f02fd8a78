"""The pool: whole answers or one clear error, each within its time."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from brant.errors import InvalidInput, LocalFailure, ServerFailure, Unreachable
from brant.transfer.http.pool import Pool, TransportSettings
from tests.transfer.peer import Blob, Exchange, peer, status

QUICK = TransportSettings(connect_timeout=5, read_timeout=0.3, min_rate=1000, rate_window=0.3)


@pytest.fixture
def quick() -> Iterator[Pool]:
    with Pool(QUICK) as made:
        yield made


def message_of(error: pytest.ExceptionInfo[Unreachable]) -> str:
    assert "\n" not in error.value.message
    return error.value.message


def test_an_answer_comes_with_status_headers_and_body(pool: Pool) -> None:
    with peer(status(201, b"hello", X_Thing="a")) as server:
        with pool.request("POST", server.url("/a b?c=ü"), headers={"X-Mine": "1"}, body=b"{}") as response:
            assert (response.status, response.read(), response.headers.get("x-THING")) == (201, b"hello", "a")
        asked = server.requests[0]
    assert (asked.method, asked.target, asked.body) == ("POST", "/a%20b?c=%C3%BC", b"{}")
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"
    assert asked.headers["x-mine"] == "1"
    assert asked.headers["accept-encoding"] == "identity"


def test_repeated_headers_are_joined(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-goog-hash: crc32c=x\r\nX-Goog-Hash: md5=y\r\n\r\n"
        )

    with peer(step) as server, pool.request("GET", server.url()) as response:
        assert response.headers["X-GOOG-HASH"] == "crc32c=x, md5=y"


@pytest.mark.parametrize(
    ("body", "length"),
    [(b"abc", "3"), (b"", "0"), (None, "0"), (b"x" * 3_000_000, "3000000")],
)
def test_a_body_of_bytes_has_its_length(pool: Pool, body: bytes | None, length: str) -> None:
    with peer(status(200, b"")) as server:
        pool.request("PUT", server.url(), body=body).close()
        assert server.requests[0].body == (body or b"")
        assert server.requests[0].headers["content-length"] == length


def test_pieces_of_unknown_length_are_refused(pool: Pool) -> None:
    with peer(status(200, b"")) as server:
        with pytest.raises(InvalidInput, match="Content-Length"):
            pool.request("PUT", server.url(), body=iter([b"ab"]))
        assert server.requests == []


@pytest.mark.parametrize("pieces", [[b"abc"], [b"abcdef"]])
def test_a_body_that_is_not_as_long_as_announced_is_an_error(pool: Pool, pieces: list[bytes]) -> None:
    with peer(status(200, b"")) as server, pytest.raises(LocalFailure):
        pool.request("PUT", server.url(), body=iter(pieces), headers={"Content-Length": "5"})


def test_a_get_has_no_body_headers(pool: Pool) -> None:
    with peer(status(200, b"")) as server:
        pool.request("GET", server.url()).close()
        assert not {"content-length", "transfer-encoding"} & set(server.requests[0].headers)


def test_a_connection_serves_again_once_its_answer_is_read(pool: Pool) -> None:
    with peer(status(200, b"x" * 100_000)) as server:
        for _ in range(3):
            assert len(pool.request("GET", server.url()).read()) == 100_000
        assert [asked.connection for asked in server.requests] == [0, 0, 0]


def test_a_connection_whose_answer_is_left_unread_is_not_used_again(pool: Pool) -> None:
    with peer(status(200, b"x" * 100_000)) as server:
        pool.request("GET", server.url()).close()
        assert len(pool.request("GET", server.url()).read()) == 100_000
        assert [asked.connection for asked in server.requests] == [0, 1]


def test_a_connection_is_not_used_again_when_the_peer_says_close(pool: Pool) -> None:
    with peer(status(200, b"x", Connection="close")) as server:
        for _ in range(2):
            pool.request("GET", server.url()).read()
        assert [asked.connection for asked in server.requests] == [0, 1]


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brant.transfer.http.pool._MAX_IDLE_SECONDS", 0.0)
    with peer(status(200, b"x")) as server:
        for _ in range(2):
            pool.request("GET", server.url()).read()
        assert [asked.connection for asked in server.requests] == [0, 1]


def test_threads_share_the_pool_without_sharing_connections_at_once(pool: Pool) -> None:
    bodies: list[bytes] = []
    with peer(Blob(b"y" * 200_000)) as server:
        work = [
            threading.Thread(target=lambda: bodies.append(pool.request("GET", server.url()).read()))
            for _ in range(8)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    assert bodies == [b"y" * 200_000] * 8


def then_drop(exchange: Exchange) -> None:
    """Take the request on a connection that was kept alive, and close without a word."""
    exchange.read_body()
    exchange.reset()


@pytest.mark.parametrize("body", [b"data", None])
def test_a_stale_connection_is_replaced_once(pool: Pool, body: bytes | None) -> None:
    with peer(status(200, b"a"), then_drop, status(200, b"b")) as server:
        pool.request("GET", server.url()).read()
        assert pool.request("PUT", server.url(), body=body).read() == b"b"
        assert server.requests[2].body == (b"" if body is None else b"data")
        assert server.requests[2].connection == 1


def test_a_body_that_cannot_be_sent_twice_is_not(pool: Pool) -> None:
    with peer(status(200, b"a"), then_drop, status(200, b"b")) as server:
        pool.request("GET", server.url()).read()
        with pytest.raises(Unreachable) as raised:
            pool.request("PUT", server.url(), body=iter([b"data"]), headers={"Content-Length": "4"})
        assert not raised.value.unsent
        assert len(server.requests) == 2


def test_a_request_that_goes_once_takes_no_used_connection(pool: Pool) -> None:
    with peer(status(200, b"a"), then_drop, status(200, b"b")) as server:
        pool.request("GET", server.url()).read()
        with pytest.raises(Unreachable):
            pool.request("POST", server.url(), body=b"data", once=True)
        assert [asked.connection for asked in server.requests] == [0, 1]


def test_a_fresh_connection_that_drops_is_not_tried_again(pool: Pool) -> None:
    with peer(then_drop, status(200, b"b")) as server:
        with pytest.raises(Unreachable) as raised:
            pool.request("GET", server.url())
        assert f"127.0.0.1:{server.port}" in message_of(raised)
        assert len(server.requests) == 1


def test_a_stale_connection_that_began_to_answer_is_not_tried_again(pool: Pool) -> None:
    def begin(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-")
        exchange.hang_up()

    with peer(status(200, b"a"), begin, status(200, b"b")) as server:
        pool.request("GET", server.url()).read()
        with pytest.raises(Unreachable):
            pool.request("GET", server.url())
        assert len(server.requests) == 2


def test_an_idle_connection_that_the_peer_closed_is_noticed_before_use(pool: Pool) -> None:
    closed = threading.Event()

    def leave(exchange: Exchange) -> None:
        exchange.answer(200, b"a")
        exchange.sock.shutdown(socket.SHUT_RDWR)
        exchange.hang_up()
        closed.set()

    with peer(leave, status(200, b"b")) as server:
        pool.request("GET", server.url()).read()
        closed.wait(5)
        once = pool.request("PUT", server.url(), body=iter([b"once"]), headers={"Content-Length": "4"})
        assert once.read() == b"b"


@pytest.mark.parametrize("count", [0, 1, 12, 99])
def test_a_cut_body_is_an_error_that_counts_the_bytes(pool: Pool, count: int) -> None:
    with peer(Blob(b"z" * 100).up_to(count)) as server, pytest.raises(Unreachable) as raised:
        pool.request("GET", server.url()).read()
    assert f"after {count} of 100 bytes" in message_of(raised)


def test_a_head_cut_anywhere_is_an_error(pool: Pool) -> None:
    whole = b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n"
    for count in range(len(whole)):

        def step(exchange: Exchange, count: int = count) -> None:
            exchange.send(whole[:count])
            exchange.hang_up()

        with peer(step) as server, pytest.raises(Unreachable):
            pool.request("GET", server.url())


def test_a_chunked_body_is_read_whole(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        exchange.send(b"5\r\nhello\r\n1;x=y\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")

    with peer(step, status(200, b"again")) as server:
        assert pool.request("GET", server.url()).read() == b"hello 0123456789"
        assert pool.request("GET", server.url()).read() == b"again"
        assert server.requests[1].connection == 0


def test_a_chunked_body_cut_anywhere_is_an_error(pool: Pool) -> None:
    whole = b"5\r\nhello\r\n5\r\nworld\r\n0"
    for count in range(len(whole)):

        def step(exchange: Exchange, count: int = count) -> None:
            exchange.head(200, {"Transfer-Encoding": "chunked"})
            exchange.send(whole[:count])
            exchange.hang_up()

        with peer(step) as server, pytest.raises(Unreachable):
            pool.request("GET", server.url()).read()


def test_a_body_without_length_ends_with_the_connection(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {})
        exchange.send(b"all of it")
        exchange.hang_up()

    with peer(step) as server:
        assert pool.request("GET", server.url()).read() == b"all of it"


def test_a_head_request_has_no_body_however_long(pool: Pool) -> None:
    with peer(status(200, b"x" * 50)) as server:
        for _ in range(2):
            with pool.request("HEAD", server.url()) as response:
                assert response.read() == b""
                assert response.headers["content-length"] == "50"
        assert server.requests[1].connection == 0


def test_what_is_not_http_is_an_error(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        exchange.hang_up()

    with peer(step) as server, pytest.raises(Unreachable, match="not HTTP"):
        pool.request("GET", server.url())


def test_more_bytes_than_allowed_are_refused(pool: Pool) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        exchange.send(b"10\r\n0123456789abcdef\r\n0\r\n\r\n")

    with peer(status(200, b"x" * 16), chunked) as server:
        for _ in range(2):
            with pytest.raises(ServerFailure, match="more than 15 bytes"):
                pool.request("GET", server.url()).read(15)


def test_a_peer_that_does_not_answer_is_given_up(quick: Pool) -> None:
    with peer(Exchange.stall) as server, pytest.raises(Unreachable) as raised:
        quick.request("GET", server.url())
    assert "did not answer within 0.3 s" in message_of(raised)


def test_the_callers_timeout_goes_before_the_settings(pool: Pool) -> None:
    with peer(Exchange.stall) as server, pytest.raises(Unreachable, match=r"within 0\.2 s"):
        pool.request("GET", server.url(), timeout=0.2)


def test_a_peer_that_stalls_within_the_body_is_given_up(quick: Pool) -> None:
    with (
        peer(Blob(b"z" * 100).up_to(40, then=Exchange.stall)) as server,
        pytest.raises(Unreachable) as raised,
    ):
        quick.request("GET", server.url()).read()
    assert "after 40 of 100 bytes" in message_of(raised)


def trickle(exchange: Exchange, unit: bytes) -> None:
    """Send a byte each 20 ms, for as long as there is a listener."""
    pause = threading.Event()
    while not pause.wait(0.02):
        exchange.send(unit)


def test_a_head_that_trickles_is_given_up(quick: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nX: ")
        trickle(exchange, b"y")

    with peer(step) as server, pytest.raises(Unreachable, match="did not answer within"):
        quick.request("GET", server.url())


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_trickles_is_given_up(quick: Pool, chunked: bool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": "9999"})
        trickle(exchange, b"1\r\ny\r\n" if chunked else b"y")

    with peer(step) as server, pytest.raises(Unreachable, match=r"sent only \d+ bytes in"):
        quick.request("GET", server.url()).read()


def test_a_chunk_size_that_trickles_is_given_up(quick: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.head(200, {"Transfer-Encoding": "chunked"})
        trickle(exchange, b"0")

    with peer(step) as server, pytest.raises(Unreachable, match=r"sent only \d+ bytes in"):
        quick.request("GET", server.url()).read()


def test_a_peer_that_takes_nothing_is_given_up(quick: Pool) -> None:
    gone = threading.Event()

    def step(exchange: Exchange) -> None:
        gone.wait(10)
        exchange.hang_up()

    with peer(step) as server:
        try:
            with pytest.raises(Unreachable, match="took no byte"):
                quick.request("PUT", server.url(), body=b"x" * 50_000_000)
        finally:
            gone.set()


def linger(exchange: Exchange) -> None:
    """Close as a good server does: read on until the client has gone (RFC 9112 §9.6)."""
    exchange.sock.shutdown(socket.SHUT_WR)
    exchange.stall()


def sit(exchange: Exchange) -> None:
    """Neither read on nor close, until the client has gone."""
    exchange.keep = False
    poller = select.poll()
    poller.register(exchange.sock, select.POLLHUP)
    while not poller.poll(50):
        pass


@pytest.mark.parametrize(("tls", "then"), [(False, linger), (False, sit), (True, sit)])
def test_an_answer_given_while_the_body_is_still_sent_is_not_lost(
    tls: bool, then: Callable[[Exchange], None]
) -> None:
    settings = TransportSettings(read_timeout=10, ca_file=certificate())

    def refuse(exchange: Exchange) -> None:
        exchange.read_body(at_most=10)
        exchange.head(413, {"Content-Length": "9", "Connection": "close"})
        exchange.send(b"too large")
        then(exchange)

    with Pool(settings) as pool, peer(refuse, tls=tls) as server:
        response = pool.request("PUT", server.url(), body=b"x" * 50_000_000)
        assert (response.status, response.read()) == (413, b"too large")


def test_an_early_answer_ends_the_use_of_its_connection(pool: Pool) -> None:
    def refuse(exchange: Exchange) -> None:
        exchange.read_body(at_most=10)
        exchange.head(401, {"Content-Length": "2"})
        exchange.send(b"no")
        exchange.stall()

    with peer(refuse, status(200, b"fresh")) as server:
        assert pool.request("PUT", server.url(), body=b"x" * 50_000_000).read() == b"no"
        assert pool.request("GET", server.url()).read() == b"fresh"
        assert server.requests[1].connection == 1


def test_an_interim_answer_does_not_end_the_request(pool: Pool) -> None:
    def step(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        exchange.answer(200, b"done")

    with peer(step) as server:
        assert pool.request("PUT", server.url(), body=b"x" * 5_000_000).read() == b"done"
        assert len(server.requests[0].body) == 5_000_000


def test_a_refused_connection_says_so_and_was_never_sent(pool: Pool) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable) as raised:
        pool.request("GET", f"http://127.0.0.1:{port}/")
    assert f"127.0.0.1:{port} refused the connection" in message_of(raised)
    assert raised.value.unsent


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(10))
    with (
        Pool(TransportSettings(connect_timeout=0.05)) as pool,
        pytest.raises(Unreachable, match="not found within") as raised,
    ):
        pool.request("GET", "http://penguins.example/")
    answered.set()
    assert raised.value.unsent


def test_a_host_that_does_not_exist_says_so(pool: Pool) -> None:
    with pytest.raises(Unreachable, match="cannot be found") as raised:
        pool.request("GET", f"http://{'x' * 70}.invalid/")
    assert raised.value.unsent


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "a\r\nY: b"},
        {"X": "a\nb"},
        {"X": "a\0"},
        {"X: y\r\nZ": "1"},
        {"": "x"},
        {"X ": "1"},
        {"X": "\u20ac"},
    ],
)
def test_a_header_that_could_smuggle_another_is_refused(pool: Pool, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        pool.request("GET", "http://127.0.0.1:9/", headers=headers)


@pytest.mark.parametrize("method", ["GET /x HTTP/1.1\r\nA: b\r\n\r\nGET", "", "G T"])
def test_a_method_that_could_smuggle_a_request_is_refused(pool: Pool, method: str) -> None:
    with pytest.raises(InvalidInput):
        pool.request(method, "http://127.0.0.1:9/")


# Redirects


def to(location: str, code: int = 302) -> object:
    return status(code, b"moved", Location=location)


def test_request_follows_no_redirect(pool: Pool) -> None:
    with peer(to("/b"), status(200)) as server, pool.request("GET", server.url()) as response:
        assert (response.status, response.headers["location"]) == (302, "/b")


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_open_follows_redirects_and_keeps_credentials_at_home(pool: Pool, code: int) -> None:
    with peer(to("../c?d=e", code), status(200, b"there")) as server:
        headers = {"Authorization": "Bearer KGAT_x", "Range": "bytes=5-"}
        with pool.open(server.url("/a/b"), headers=headers) as response:
            assert response.read() == b"there"
            assert response.url == server.url("/c?d=e")
        assert server.requests[1].headers["authorization"] == "Bearer KGAT_x"
        assert server.requests[1].headers["range"] == "bytes=5-"


def test_credentials_do_not_follow_to_another_port(pool: Pool) -> None:
    with peer(status(200, b"there")) as other, peer(to(other.url())) as server:
        headers = {"AUTHORIZATION": "Bearer KGAT_x", "Cookie": "a=b", "X-Mine": "1"}
        pool.open(server.url(), headers=headers).read()
        assert "authorization" not in other.requests[0].headers
        assert "cookie" not in other.requests[0].headers
        assert other.requests[0].headers["x-mine"] == "1"


def test_credentials_dropped_on_the_way_do_not_come_back(pool: Pool) -> None:
    with peer(to("/"), status(200)) as home, peer(status(200)) as other:
        home.steps[0] = to(other.url())
        other.steps[0] = to(home.url("/back"))
        pool.open(home.url(), headers={"Authorization": "Bearer x"}).close()
        assert "authorization" not in home.requests[1].headers


def test_a_redirect_in_utf8_is_followed(pool: Pool) -> None:
    with peer(to("/ü b".encode().decode("latin-1")), status(200)) as server:
        pool.open(server.url()).close()
        assert server.requests[1].target == "/%C3%BC%20b"


@pytest.mark.parametrize(
    "location", ["ftp://example.org/", "file:///etc/passwd", "http://me:secret@127.0.0.1/", ""]
)
def test_a_redirect_to_what_is_no_http_address_is_refused(pool: Pool, location: str) -> None:
    with peer(to(location)) as server, pytest.raises(ServerFailure) as raised:
        pool.open(server.url())
    assert "secret" not in raised.value.message


def test_redirects_have_an_end(pool: Pool) -> None:
    with peer(to("/again")) as server:
        with pytest.raises(ServerFailure, match="more than 5 times"):
            pool.open(server.url())
        assert len(server.requests) == 6


# TLS and proxies


def certificate() -> str:
    from tests.transfer.peer import CERTIFICATE

    return str(CERTIFICATE)


def test_https_is_checked_against_the_given_authority() -> None:
    with (
        Pool(TransportSettings(ca_file=certificate())) as pool,
        peer(Blob(b"s" * 500_000), tls=True) as server,
    ):
        for _ in range(2):
            assert pool.request("GET", server.url()).read() == b"s" * 500_000
        assert server.requests[1].connection == 0


def test_a_certificate_that_nobody_vouches_for_is_refused_for_good(pool: Pool) -> None:
    with peer(status(200), tls=True) as server, pytest.raises(Unreachable, match="not trusted") as raised:
        pool.request("GET", server.url())
    assert raised.value.final
    assert raised.value.unsent
    assert server.requests == []


def test_a_cut_below_tls_is_an_error() -> None:
    with (
        Pool(TransportSettings(ca_file=certificate())) as pool,
        peer(Blob(b"z" * 100).up_to(40), tls=True) as server,
        pytest.raises(Unreachable, match="after 40 of 100 bytes"),
    ):
        pool.request("GET", server.url()).read()


def test_https_spoken_to_a_plain_server_is_an_error() -> None:
    with (
        Pool(TransportSettings(connect_timeout=0.3)) as pool,
        peer(status(400)) as server,
        pytest.raises(Unreachable, match="TLS handshake"),
    ):
        pool.request("GET", f"https://127.0.0.1:{server.port}/")


def test_certificates_that_cannot_be_read_are_named() -> None:
    with (
        Pool(TransportSettings(ca_file="/nowhere/ca.pem")) as pool,
        peer(status(200), tls=True) as server,
        pytest.raises(LocalFailure, match=r"/nowhere/ca\.pem"),
    ):
        pool.request("GET", server.url())


def test_a_redirect_from_https_down_to_http_is_refused() -> None:
    settings = TransportSettings(ca_file=certificate())
    with Pool(settings) as pool, peer(status(200)) as plain, peer(to(plain.url()), tls=True) as server:
        with pytest.raises(ServerFailure, match="plain http"):
            pool.open(server.url())
        assert plain.requests == []


def test_plain_http_goes_through_its_proxy_with_the_whole_address() -> None:
    with peer(status(200, b"via")) as proxy:
        settings = TransportSettings(http_proxy=f"http://me:pw@127.0.0.1:{proxy.port}")
        with Pool(settings) as pool:
            for host in ("one.example", "two.example"):
                assert pool.request("GET", f"http://{host}/x?y=1").read() == b"via"
        first, second = proxy.requests
    assert first.target == "http://one.example/x?y=1"
    assert first.headers["host"] == "one.example"
    assert first.headers["proxy-authorization"] == "Basic bWU6cHc="
    assert second.connection == 0


def tunnel(exchange: Exchange) -> None:
    """A proxy: CONNECT, then bytes both ways."""
    host, _, port = exchange.request.target.rpartition(":")
    exchange.keep = False
    with socket.create_connection((host, int(port))) as far:
        exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")

        def pump(source: socket.socket, sink: socket.socket) -> None:
            try:
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        back = threading.Thread(target=pump, args=(far, exchange.sock))
        back.start()
        pump(exchange.sock, far)
        back.join()


def test_https_goes_through_a_tunnel_whose_proxy_alone_sees_its_credentials() -> None:
    with peer(Blob(b"s" * 300_000), tls=True) as server, peer(tunnel) as proxy:
        settings = TransportSettings(
            https_proxy=f"http://me:pw@127.0.0.1:{proxy.port}", ca_file=certificate()
        )
        with Pool(settings) as pool:
            assert pool.request("GET", server.url()).read() == b"s" * 300_000
        assert proxy.requests[0].target == f"127.0.0.1:{server.port}"
        assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6cHc="
        assert "proxy-authorization" not in server.requests[0].headers
        assert server.requests[0].target == "/data/penguins.csv"


def test_a_proxy_that_refuses_the_tunnel_is_named() -> None:
    with (
        peer(status(407, b"")) as proxy,
        Pool(TransportSettings(https_proxy=f"127.0.0.1:{proxy.port}")) as pool,
        pytest.raises(Unreachable, match=rf"proxy 127\.0\.0\.1:{proxy.port} refused a tunnel.*407"),
    ):
        pool.request("GET", "https://data.example:8443/")


def test_a_proxy_that_hangs_up_or_stalls_is_named() -> None:
    for fault in (Exchange.hang_up, Exchange.stall):
        with (
            peer(fault) as proxy,
            Pool(TransportSettings(https_proxy=f"127.0.0.1:{proxy.port}", read_timeout=0.3)) as pool,
            pytest.raises(Unreachable, match=f"proxy 127.0.0.1:{proxy.port}"),
        ):
            pool.request("GET", "https://data.example/")


def test_no_ssl_context_is_made_for_plain_http(pool: Pool) -> None:
    with peer(status(200)) as server:
        pool.request("GET", server.url()).close()
    assert pool._context is None


def test_a_closed_pool_keeps_nothing_open() -> None:
    with peer(status(200, b"x")) as server:
        pool = Pool()
        response = pool.request("GET", server.url())
        pool.close()
        assert response.read() == b"x"
        assert not any(pool._idle.values())


def test_who_ends_an_answer_that_was_read_leaves_its_connection_to_whoever_has_it_now(pool: Pool) -> None:
    body = bytes(3_000_000)
    with peer(status(200, b"first"), status(200, body)) as server:
        first = pool.request("GET", server.url())
        first.read()
        with pool.request("GET", server.url()) as second:
            first.abort()
            assert second.read() == body
        assert {request.connection for request in server.requests} == {0}
