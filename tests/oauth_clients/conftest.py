"""Sets the stage: one person and one organization for all scenarios, a client and a browser for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.oauth_clients.scenarios", "tests.oauth_clients.stage")

from tests.browser import Browser  # noqa: E402
from tests.conftest import RunningServer  # noqa: E402 - after what has them explain their assertions
from tests.ledger import issued  # noqa: E402
from tests.oauth_clients.callback import Callback  # noqa: E402
from tests.oauth_clients.drivers import Driver  # noqa: E402
from tests.oauth_clients.stage import Organization, Person, Scene, Stage  # noqa: E402


@pytest.fixture(scope="session")
def person(server: RunningServer) -> Person:
    """Somebody who can sign in at the server."""
    ada = server.new_user("ada-of-clients")
    password = issued("Tides come and go")
    server.admin("password", ada.name, typed=password)
    return Person(ada.name, password)


@pytest.fixture(scope="session")
def organization(server: RunningServer) -> Organization:
    """An organization, owned by somebody else than who logs in."""
    owner = server.new_user("owner-of-clients")
    slug, redirect = f"{owner.name}-org", "https://tides.example/oauth/back"
    server.admin("org", "create", slug, "--owner", owner.name, "--redirect-uri", redirect)
    return Organization(slug, owner.key, redirect)


@pytest.fixture(scope="session")
def scene(server: RunningServer, person: Person, organization: Organization) -> Iterator[Scene]:
    """The server, its people, and where public applications wait for the browser."""
    with Callback() as callback:
        yield Scene(server, person, organization, callback, Browser(server.address))


@pytest.fixture
def stage(driver: Driver, scene: Scene, tmp_path: Path) -> Iterator[Stage]:
    """The stage for one scenario with one client."""
    made = Stage(driver, scene, tmp_path)
    yield made
    made.close()
