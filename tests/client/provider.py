"""An OAuth provider of another make on the loopback: it speaks as kaggle.com does, or as a test asks."""

import json
import threading
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.ledger import issued
from tests.transfer.peer import Exchange, Peer, Step, peer

Answer = tuple[int, object]


class Provider:
    """Whoever comes to its consent page has consented, as `ada`.

    `on` holds what is to happen instead, by the name of a method or page. `asked` counts the calls of each.
    `issuer` is what it says of itself: nothing, when None. Access tokens live for `lifetime` seconds.
    """

    def __init__(self) -> None:
        self.on: dict[str, Step] = {}
        self.asked: Counter[str] = Counter()
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.issuer: str | None = None
        self.promises_issuer = False
        self.granted: str | None = None
        self.lifetime = 10_800
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.made = 0
        self.peer: Peer
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return self.peer.url("")

    def make(self, prefix: str) -> str:
        """A new secret, unlike any other."""
        self.made += 1
        return issued(f"{prefix}{token_hex(16)}{self.made:04}")

    def make_refresh(self) -> str:
        """A refresh token that it knows."""
        token = self.make("KGRT_")
        self.refresh.add(token)
        return token

    def make_access(self) -> str:
        """An access token that it knows."""
        token = self.make("KGAT_")
        self.access.add(token)
        return token

    def __call__(self, exchange: Exchange) -> None:
        parts = urlsplit(exchange.request.target)
        name = parts.path.rsplit("/", 1)[-1]
        body = exchange.read_body()
        with self._lock:
            self.asked[name] += 1
            said = json.loads(body) if body else {}
            self.said.append((name, said))
            step = self.on.get(name)
            answer = None if step else self._answer(name, exchange, said, parts.query)
        if step:
            step(exchange)
        elif answer:
            code, content = answer
            exchange.answer(code, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _answer(self, name: str, exchange: Exchange, said: dict[str, Any], query: str) -> Answer | None:
        if name == "oauth-authorization-server":
            return self._metadata()
        if name == "authorize":
            exchange.answer(302, b"", {"Location": self.consent(query)})
            return None
        bearer = exchange.request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer and bearer not in self.access and name != "IntrospectToken":
            return 401, {"code": 401, "message": "the token is not known"}
        answers = {
            "ExchangeOAuthToken": self._exchange,
            "IntrospectToken": self._introspect,
            "GenerateAccessToken": self._generate,
            "ExpireApiToken": self._expire,
        }
        if name in answers:
            return answers[name](said)
        if not bearer:
            return 401, {"code": 401, "message": "who are you?"}
        return 200, {"userName": "ada"} if name == "Hello" else {"datasets": []}

    def _metadata(self) -> Answer:
        if self.issuer is None:
            return 404, {"code": 404, "message": "no such page"}
        promised = {"authorization_response_iss_parameter_supported": True} if self.promises_issuer else {}
        return 200, {"issuer": self.issuer, **promised}

    def consent(self, query: str) -> str:
        """Where the browser goes once `query` was consented to."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        code = f"code-{len(self.codes)}-{token_hex(8)}"
        self.codes[code] = given
        answer = {"code": code, "state": given["state"]}
        if self.issuer is not None:
            answer["iss"] = self.issuer
        return f"{given['redirect_uri']}?{urlencode(answer)}"

    def _exchange(self, said: dict[str, Any]) -> Answer:
        given = self.codes.pop(said.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(said.get("codeVerifier", "").encode()).digest()).decode()
        if given is None or given["code_challenge"] != challenge.rstrip("="):
            return 400, {"code": 400, "message": "the code is not known"}
        return 200, {
            "accessToken": self.make_access(),
            "refreshToken": self.make_refresh(),
            "tokenType": "Bearer",
            "expiresIn": self.lifetime,
            "username": "ada",
            "userId": 7,
            "scope": self.granted or given["scope"],
        }

    def _introspect(self, said: dict[str, Any]) -> Answer:
        if said.get("token") not in self.access:
            return 200, {"active": False}
        return 200, {"active": True, "username": "ada", "scope": self.granted or "resources.admin:*"}

    def _generate(self, said: dict[str, Any]) -> Answer:
        if said.get("refreshToken") not in self.refresh:
            return 401, {"code": 401, "message": "the refresh token is not known"}
        wanted = int(str(said.get("expirationDuration", "43200s")).removesuffix("s"))
        lasts = min(wanted, self.lifetime)
        return 200, {"token": self.make_access(), "expiresIn": lasts, "userName": "ada"}

    def _expire(self, said: dict[str, Any]) -> Answer:
        self.refresh.discard(said.get("token", ""))
        self.access.clear()
        return 200, {}


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider."""
    made = Provider()
    with peer(made) as running:
        made.peer = running
        yield made
