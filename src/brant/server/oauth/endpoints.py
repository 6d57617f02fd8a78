"""The endpoints that take forms: each one request in one transaction, answered as the RFCs say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from authlib.oauth2.rfc6749 import OAuth2Error

from brant.server.oauth.clients import Clients
from brant.server.oauth.provider import Provider
from brant.server.oauth.requests import Answer, Asking, refused, single
from brant.server.store.database import Database


class Form(NamedTuple):
    """The fields of a form in their order, and the values of the Authorization header."""

    pairs: Sequence[tuple[str, str]]
    authorization: Sequence[str]


class Endpoints:
    """Token, revocation, introspection. Errors come as answers (RFC 6749 §5.2), never as exceptions.

    What a request changes stays changed even where it is refused: a replay ends its grant.
    """

    def __init__(self, db: Database, clients: Clients, issuer: str) -> None:
        self._db = db
        self._clients = clients
        self._issuer = issuer

    def token(self, form: Form, now: datetime) -> Answer:
        """RFC 6749 §3.2."""
        return self._run("token", form, now)

    def revoke(self, form: Form, now: datetime) -> Answer:
        """RFC 7009."""
        return self._run("revocation", form, now)

    def introspect(self, form: Form, now: datetime) -> Answer:
        """RFC 7662."""
        return self._run("introspection", form, now)

    def _run(self, name: str, form: Form, now: datetime) -> Answer:
        try:
            request = Asking("POST", single(form.pairs), form.authorization)
        except OAuth2Error as error:
            return refused(error)
        reading = name == "introspection"
        with self._db.read() if reading else self._db.write(durable=True) as connection:
            provider = Provider(self._clients, self._issuer, connection, now)
            answer: Any
            if name == "token":
                answer = provider.create_token_response(request)
            else:
                answer = provider.create_endpoint_response(name, request)
            return Answer(*answer)
