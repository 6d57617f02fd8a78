"""Session: calls the methods of one server as one caller, with deadlines, retries and clear errors."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from brant._version import VERSION
from brant.client import configuration, endpoints
from brant.client.answers import Reader
from brant.client.credentials import Anonymous, Credentials, find
from brant.client.endpoints import Endpoint
from brant.client.storms import Storms
from brant.contract.codec import Message, encode
from brant.contract.method import FileDownload, Method
from brant.errors import BrantError, RateLimited, Unauthenticated, Unreachable
from brant.transfer.http.pool import Pool, Response, TransportSettings
from brant.transfer.http.retry import RetryPolicy

Req = TypeVar("Req", bound=Message)
Resp = TypeVar("Resp", bound=Message)
T = TypeVar("T")

USER_AGENT: Final = f"brant/{VERSION}"
# Nobody listens there, most likely for a reason that no wait will mend.
_UNHEARD: Final = RetryPolicy(attempts=2, base=0.2)
_EXTENSIONS: Final = "x-brant-extensions"

Guard = Callable[[Method[Any, Any], Message], None]


def _jitter() -> float:
    from random import random

    return random()  # noqa: S311 - spreads retries, guards nothing


class Session:
    """One caller at one server. Safe to share between threads; close it, or use it as a context manager.

    `pool` carries the calls; `retry` says how often and how long; `random` and `sleep` are there for tests.
    `warn` hears, once each, of what the caller should know and is no error. `state` is the folder where
    unfinished uploads are remembered, None to remember nothing. `storms` is shared by sessions that one
    program opens in turn. `guard` sees each call before it is made, and may raise.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        pool: Pool,
        *,
        retry: RetryPolicy | None = None,
        random: Callable[[], float] = _jitter,
        sleep: Callable[[float], None] = time.sleep,
        warn: Callable[[str], None] | None = None,
        state: Path | None = None,
        storms: Storms | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.endpoint: Final = endpoint
        self.credentials: Final = credentials
        self.pool: Final = pool
        self.retry: Final = retry or RetryPolicy()
        self.state: Final = state
        self.extensions: frozenset[str] = frozenset()
        """What the server offers beyond the official wire, as its last answer said."""
        self._reader = Reader(endpoint, credentials)
        self.random: Final = random
        self.sleep: Final = sleep
        self.warn: Final = warn or (lambda _: None)
        self.guard: Final = guard
        self._warned = False
        self._storms = storms or Storms()

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str],
        home: Path,
        *,
        endpoint: str | None = None,
        profile: str | None = None,
        credentials: Credentials | None = None,
        warn: Callable[[str], None] | None = None,
        storms: Storms | None = None,
        guard: Guard | None = None,
    ) -> Self:
        """The session that variables and configuration files ask for; `endpoint` and `profile` win over them.

        Raises InvalidInput, LocalFailure or Unauthenticated, naming the variable or file to mend.
        """
        profile = configuration.profile_of(environ, profile)
        configured = configuration.load(environ, home, profile)
        own = configured.values.get("endpoint")
        chosen = endpoints.choose(
            environ,
            given=endpoint,
            profile=own if profile else None,
            configured=own,
        )
        found = credentials or find(environ, home, profile=profile, endpoint=chosen)
        cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
        return cls(
            chosen,
            found,
            Pool(transport_settings(environ, configured)),
            warn=warn,
            state=cache / "brant" / "uploads",
            storms=storms,
            guard=guard,
        )

    def call(
        self,
        method: Method[Req, Resp],
        request: Req,
        *,
        repeatable: bool | None = None,
        retry: RetryPolicy | None = None,
    ) -> Resp:
        """Send `request`, wait for its answer and read it. A redirect comes back as HttpRedirect.

        `repeatable` says whether asking twice does nothing twice; by default that is so for methods whose
        verb is GET. Raises what the answer stands for (the whole error tree); Unreachable when no answer came
        in time.
        """
        return self._call(
            method,
            request,
            lambda response: self._reader.read(method, response),
            repeatable=repeatable,
            retry=retry,
        )

    def save(self, method: Method[Req, FileDownload], request: Req, destination: Path) -> int:
        """As `call`, for a method whose answer is a file: puts it at `destination`, whole or not at all.

        How many bytes it has. Raises LocalFailure, too.
        """
        from brant.client.saving import save

        def take(response: Response) -> int:
            self._reader.check(method, response)
            return save(response, destination)

        return self._call(method, request, take)

    def _call(
        self,
        method: Method[Req, Resp],
        request: Req,
        take: Callable[[Response], T],
        *,
        repeatable: bool | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        if self.guard is not None:
            self.guard(method, request)
        safe = method.verb == "GET" if repeatable is None else repeatable
        body = encode(request)
        delays, unheard = (retry or self.retry).delays(self.random), _UNHEARD.delays(self.random)
        started, attempts, reads = time.monotonic(), 0, method.verb == "GET"
        # One upload starts thousands of others: no loop of the caller's.
        if reads:
            self._name_storm(self._storms.asked(method.name, body))
        while True:
            attempts += 1
            try:
                return self._signed(method, body, take, once=not safe)
            except RateLimited as error:
                failure: BrantError = error
                delay = delays.next(error.retry_after, limited=True)
                if reads and not _turns_pages(request):
                    self._name_storm(self._storms.refused(method.name))
                self._tell_wait(error, delay)
            except Unreachable as error:
                if error.final or not (safe or error.unsent):
                    raise
                failure = error
                delay = (unheard if error.unsent else delays).next()
            if delay is None:
                took, waited = time.monotonic() - started, delays.waited + unheard.waited
                raise self._gave_up(failure, attempts, took=took, waited=waited)
            self.sleep(delay)

    def acting_as(self, credentials: Credentials) -> "Session":
        """The same server over the same connections, as somebody else; closing this one closes them."""
        return Session(
            self.endpoint,
            credentials,
            self.pool,
            retry=self.retry,
            random=self.random,
            sleep=self.sleep,
            warn=self.warn,
            guard=self.guard,
        )

    def close(self) -> None:
        """Close idle connections."""
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _signed(
        self, method: Method[Req, Resp], body: bytes, take: Callable[[Response], T], *, once: bool
    ) -> T:
        """One attempt; a login that is due is refreshed first, and one that is refused once more."""
        if self.credentials.is_due():
            self.credentials.renew(self)
        authorization = self.credentials.header()
        try:
            return self._send(method, body, take, authorization, once=once)
        except Unauthenticated:
            if authorization is None or not self.credentials.renew(self, authorization):
                raise
            # What was refused was not done: it is safe to ask again.
            return self._send(method, body, take, self.credentials.header(), once=once)

    def _send(
        self,
        method: Method[Req, Resp],
        body: bytes,
        take: Callable[[Response], T],
        authorization: str | None,
        *,
        once: bool,
    ) -> T:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": USER_AGENT}
        if authorization is not None:
            headers["Authorization"] = authorization
        # The pool follows no redirect here: the header goes to the endpoint's own origin and nowhere else.
        url = self.endpoint.rpc_url(method)
        with self.pool.request("POST", url, headers=headers, body=body, once=once) as response:
            offered = response.headers.get(_EXTENSIONS)
            if offered is not None:
                self.extensions = frozenset(offered.replace(",", " ").split())
            # Where credentials are what is wrong, the error says all there is to say of them.
            if response.status != 401:
                self._say_once()
            return take(response)

    def _gave_up(self, failure: BrantError, attempts: int, *, took: float, waited: float) -> BrantError:
        if isinstance(failure, Unreachable) and failure.unsent:
            start = "" if self.endpoint.is_kaggle else "'brant serve' starts one, "
            other = "--endpoint or BRANT_ENDPOINT names another server"
            return Unreachable(f"{failure.message} {start}{other}.", unsent=True)
        from brant.client.waiting import gave_up

        text = gave_up(failure, attempts, took=took, waited=waited)
        if isinstance(failure, RateLimited):
            return RateLimited(text, failure.retry_after, failure.quota)
        return type(failure)(text)

    def _tell_wait(self, refused: RateLimited, delay: float | None) -> None:
        if delay is not None and self._storms.kept_waiting(delay):
            from brant.transfer.http.waiting import waits

            self.warn(waits(refused, delay))

    def _name_storm(self, words: str | None) -> None:
        if words is not None:
            self.warn(words)

    def _say_once(self) -> None:
        if self._warned:
            return
        self._warned = True
        for text in self.credentials.warnings:
            self.warn(text)
        if self.endpoint.exposes_credentials and not isinstance(self.credentials, Anonymous):
            self.warn(
                f"{self.endpoint} is plain http: your {self.credentials.kind} can be read on the way; "
                "put https in front of the server if the network is not yours"
            )


def _turns_pages(request: Message) -> bool:
    """Whether `request` goes on with a list begun: those are as many as the list is long."""
    return bool(getattr(request, "page_token", None)) or (getattr(request, "page", None) or 1) > 1


def transport_settings(
    environ: Mapping[str, str], configured: configuration.Configuration
) -> TransportSettings:
    """Proxies and certificates: those configured for this program win over variables meant for all."""
    from msgspec.structs import replace

    settings = replace(TransportSettings.from_environ(environ), user_agent=USER_AGENT)
    proxy = configured.get("proxy", environ)
    if proxy:
        settings = replace(settings, http_proxy=proxy, https_proxy=proxy)
    certificates = configured.get("ssl_ca_cert", environ)
    if certificates:
        settings = replace(settings, ca_file=str(Path(certificates).expanduser()))
    return settings
