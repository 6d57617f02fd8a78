"""Challenges: what an answer of 401 says about how to authenticate (RFC 6750 §3, RFC 9728 §5.1)."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAME: Final = "WWW-Authenticate"


class Challenges:
    """ASGI middleware: adds the challenge where an answer needs one and has none.

    `metadata` is the address of the document that names the authorization server.
    """

    def __init__(self, app: ASGIApp, metadata: str) -> None:
        self._app = app
        self._metadata = metadata

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything else through as it is."""

        async def challenged(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                headers = MutableHeaders(scope=message)
                if _NAME not in headers:
                    headers[_NAME] = self._challenge(Headers(scope=scope))
            await send(message)

        await self._app(scope, receive, challenged)

    def _challenge(self, request: Headers) -> str:
        """RFC 6750 §3.1: who sent no token is not told that it was wrong."""
        sent_token = request.get("authorization", "").lower().startswith("bearer")
        wrong = (
            'error="invalid_token", error_description="The token is unknown, expired or revoked", '
            if sent_token
            else ""
        )
        return (
            f'Bearer realm="brant", {wrong}resource_metadata="{self._metadata}", '
            'Basic realm="brant", charset="UTF-8"'
        )
