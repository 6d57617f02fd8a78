"""Which server is talked to, and whether credentials can be read on the way there."""

import pytest

from brant.client.endpoints import Endpoint, choose
from brant.contract.datasets import LIST_DATASETS
from brant.errors import InvalidInput


@pytest.mark.parametrize(
    "spelling",
    [
        "kaggle.com",
        "www.kaggle.com",
        "https://kaggle.com/",
        "https://www.kaggle.com/api/v1",
        "http://api.kaggle.com",
    ],
)
def test_kaggle_in_any_spelling_is_called_at_its_api_host(spelling: str) -> None:
    endpoint = Endpoint.of(spelling)

    assert endpoint.is_kaggle
    assert (
        endpoint.rpc_url(LIST_DATASETS) == "https://api.kaggle.com/v1/datasets.DatasetApiService/ListDatasets"
    )
    assert endpoint.web == "https://www.kaggle.com"


@pytest.mark.parametrize(
    "spelling", ["http://host:8765", "http://host:8765/", "http://host:8765/api", "http://host:8765/api/v1/"]
)
def test_another_server_is_called_below_api(spelling: str) -> None:
    endpoint = Endpoint.of(spelling)

    assert (
        endpoint.rpc_url(LIST_DATASETS) == "http://host:8765/api/v1/datasets.DatasetApiService/ListDatasets"
    )
    assert endpoint.web == "http://host:8765"


def test_a_server_behind_a_path_keeps_its_path() -> None:
    assert Endpoint.of("https://lab.example/kaggle/").base == "https://lab.example/kaggle/api"


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert Endpoint.of("http://[::1]:8765").base == "http://[::1]:8765/api"


@pytest.mark.parametrize(
    "address",
    ["", "localhost:8765", "ftp://host", "http://", "http://host:port", "http://host?x=1", "http://a b"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="http"):
        Endpoint.of(address)


def test_credentials_in_an_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput, match="leave them out") as caught:
        Endpoint.of("http://ada:hunter2secret@host:8765")
    assert "hunter2secret" not in caught.value.message


@pytest.mark.parametrize(
    ("address", "exposed"),
    [
        ("http://192.168.1.7:8765", True),
        ("http://lab", True),
        ("http://127.evil.example", True),
        ("https://lab", False),
        ("http://127.0.0.1:8765", False),
        ("http://localhost", False),
        ("http://[::1]:8765", False),
    ],
)
def test_plain_http_beyond_this_machine_exposes_credentials(address: str, exposed: bool) -> None:
    assert Endpoint.of(address).exposes_credentials is exposed


def test_the_command_line_wins_over_profile_variables_and_configuration() -> None:
    environ = {
        "BRANT_ENDPOINT": "http://variable",
        "KAGGLE_API_ENDPOINT": "http://official/api/v1",
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
    }

    def chosen(**given: str) -> str:
        return choose(environ, **given).web

    assert chosen(given="http://given", profile="http://profile", configured="http://file") == "http://given"
    assert chosen(profile="http://profile", configured="http://file") == "http://profile"
    assert chosen(configured="http://file") == "http://variable"
    del environ["BRANT_ENDPOINT"]
    assert chosen(configured="http://file") == "http://official"
    del environ["KAGGLE_API_ENDPOINT"]
    assert chosen(configured="http://file") == "http://localhost"
    del environ["KAGGLE_API_ENVIRONMENT"]
    assert chosen(configured="http://file") == "http://file"
    assert chosen() == "https://www.kaggle.com"


def test_a_bad_endpoint_names_where_it_comes_from() -> None:
    with pytest.raises(InvalidInput, match=r"^BRANT_ENDPOINT: "):
        choose({"BRANT_ENDPOINT": "localhost:8765"})
    with pytest.raises(InvalidInput, match=r"KAGGLE_API_ENVIRONMENT.*PROD, LOCALHOST"):
        choose({"KAGGLE_API_ENVIRONMENT": "MARS"})
