"""A proxy in front: whose word is taken for who calls."""

from collections.abc import Callable

import pytest

from brant.server.edge.limits import REQUEST, cost_of
from tests.conftest import RunningServer
from tests.server.edge.calls import send

# Callers without credentials at one address have half of it, and a list counts double.
LIMIT = 20
LISTS = LIMIT // 2 * REQUEST // cost_of("ListDatasets")


def lists(server: RunningServer, forwarded: str, most: int = LISTS + 1) -> int:
    """How many lists somebody gets for whom a proxy on this machine says `forwarded`."""
    for count in range(most):
        answer = send(server, "GET", "/api/v1/datasets/list", headers={"X-Forwarded-For": forwarded})
        if answer.status == 429:
            return count
        assert answer.status == 200, answer.body
    return most


def test_whom_a_trusted_proxy_names_has_limits_of_their_own(new_server: Callable[..., RunningServer]) -> None:
    server = new_server("--rate-limit", str(LIMIT), "--trusted-proxy", "127.0.0.0/8")

    assert lists(server, "192.0.2.1") == LISTS
    assert lists(server, "192.0.2.2") == LISTS


def test_what_a_caller_says_of_themselves_before_the_proxy_does_counts_for_nothing(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server("--rate-limit", str(LIMIT), "--trusted-proxy", "127.0.0.1")
    assert lists(server, "192.0.2.1") == LISTS

    assert lists(server, "198.51.100.7, 192.0.2.1") == 0


@pytest.mark.parametrize("options", [(), ("--trusted-proxy", "192.0.2.9")], ids=["none", "another"])
def test_who_is_no_trusted_proxy_is_not_believed(
    options: tuple[str, ...], new_server: Callable[..., RunningServer]
) -> None:
    server = new_server("--rate-limit", str(LIMIT), *options)
    assert lists(server, "192.0.2.1") == LISTS

    assert lists(server, "192.0.2.2") == 0
