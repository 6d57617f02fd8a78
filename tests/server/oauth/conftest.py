"""Fixtures of the provider's tests."""

import pytest

from tests.conftest import RunningServer, User
from tests.server.oauth import flow


@pytest.fixture
def user(server: RunningServer) -> User:
    """Whose consent is asked for."""
    return server.new_user("consenting")


@pytest.fixture
def client_id(server: RunningServer) -> str:
    """A public client that registered itself."""
    return flow.register(server)


@pytest.fixture
def lab(server: RunningServer) -> flow.Organization:
    """An organization with its client."""
    return flow.organization(server)
