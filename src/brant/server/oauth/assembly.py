"""The provider's parts, put together over one database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brant.contract.accounts import GENERATE_ACCESS_TOKEN
from brant.contract.method import Method
from brant.contract.oauth import EXCHANGE_OAUTH_TOKEN, REGISTER_OAUTH_CLIENT, START_OAUTH_FLOW
from brant.server.domain.actor import Handler
from brant.server.oauth.applications import Applications
from brant.server.oauth.authorization import Authorization
from brant.server.oauth.clients import Clients
from brant.server.oauth.endpoints import Endpoints
from brant.server.oauth.exchange import Exchange
from brant.server.oauth.registration import Registration
from brant.server.store.database import Database


@dataclass(frozen=True)
class OAuth:
    """All of them. `issuer` is the one address that clients know the server by."""

    issuer: str
    authorization: Authorization
    applications: Applications
    endpoints: Endpoints
    registration: Registration
    exchange: Exchange

    @classmethod
    def over(cls, db: Database, issuer: str, at_home: Callable[[str], bool]) -> "OAuth":
        """Over a database; `at_home` tells whether an origin is one that this server answers for."""
        clients = Clients(at_home)
        registration = Registration(db, clients)
        return cls(
            issuer,
            Authorization(db, clients, issuer),
            Applications(db, clients),
            Endpoints(db, clients, issuer),
            registration,
            Exchange(db, clients, registration, issuer),
        )

    def handlers(self) -> Mapping[Method[Any, Any], Handler]:
        """The methods of the official client that are served here."""
        return {
            START_OAUTH_FLOW: self.exchange.start,
            EXCHANGE_OAUTH_TOKEN: self.exchange.exchange,
            REGISTER_OAUTH_CLIENT: self.exchange.register,
            GENERATE_ACCESS_TOKEN: self.exchange.generate,
        }
