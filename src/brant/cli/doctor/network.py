"""Looks at the way to the server: proxy and certificates, whether it answers, as whom, and at what time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from brant.cli.doctor.finding import Finding, complaint
from brant.client.credentials import Anonymous, Credentials
from brant.client.endpoints import Endpoint
from brant.client.session import Session
from brant.contract.accounts import HELLO
from brant.contract.method import Empty
from brant.errors import BrantError, InvalidInput, RateLimited, Unauthenticated
from brant.transfer.http.address import parse_address
from brant.transfer.http.body import Content
from brant.transfer.http.pool import Headers, Pool, Response, TransportSettings
from brant.transfer.http.retry import RetryPolicy

LARGEST_SKEW: Final = 60
"""Seconds between two clocks from which signatures and expiry times go wrong."""
_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 10.0
_LIMITS: Final = ("limit", "remaining", "reset")


def check_settings(endpoint: Endpoint, settings: TransportSettings) -> list[Finding]:
    """The proxy and the certificates that are in force for `endpoint`. Nothing is sent."""
    found = [Finding("ok", "endpoint", f"the server is {endpoint}")]
    if endpoint.exposes_credentials:
        text = f"{endpoint} is plain http: credentials can be read on the way"
        found.append(Finding("note", "endpoint", text, "put https in front of the server"))
    try:
        proxy = settings.proxy_for(parse_address(endpoint.base))
    except InvalidInput as error:
        found.append(complaint("proxy", error.message))
    else:
        if proxy is not None:
            found.append(Finding("ok", "proxy", f"requests go through the proxy {proxy.peer}"))
    if settings.ca_file is not None:
        found.append(_certificates(settings.ca_file))
    return found


def check_server(
    endpoint: Endpoint, credentials: Credentials, settings: TransportSettings, now: datetime
) -> list[Finding]:
    """One question to the server, with a deadline: who am I?"""
    pool = _Listening(replace(settings, connect_timeout=_CONNECT_SECONDS, read_timeout=_ANSWER_SECONDS))
    with Session(endpoint, credentials, pool, retry=RetryPolicy(attempts=1, budget=0)) as session:
        try:
            name = session.call(HELLO, Empty(), repeatable=True).user_name
        except BrantError as error:
            found = _refused(error, credentials, pool.heard)
        else:
            found = [_answered(name, credentials, endpoint)]
    if pool.heard is not None:
        found += [*_clock(pool.heard, now), *_limits(pool.heard)]
    return found


class _Listening(Pool):
    """A pool that keeps the headers of the last answer."""

    heard: Headers | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Content | None = None,
        timeout: float | None = None,
        once: bool = False,
    ) -> Response:
        response = super().request(method, url, headers=headers, body=body, timeout=timeout, once=once)
        self.heard = response.headers
        return response


def _certificates(file: str) -> Finding:
    import ssl

    mend = "correct SSL_CERT_FILE, REQUESTS_CA_BUNDLE or 'brant config set -n ssl_ca_cert'"
    try:
        ssl.create_default_context(cafile=file)
    except FileNotFoundError:
        return Finding("problem", "certificates", f"there is no file {file} of trusted certificates", mend)
    except (OSError, ssl.SSLError):
        return Finding("problem", "certificates", f"{file} holds no certificates that can be read", mend)
    return Finding("ok", "certificates", f"trusted are those in {Path(file).absolute()}")


def _answered(name: str, credentials: Credentials, endpoint: Endpoint) -> Finding:
    if not name:
        return Finding("ok", "server", f"{endpoint} answers")
    if credentials.username and credentials.username.lower() != name.lower():
        text = f"{endpoint} takes you for {name}, though {credentials.source} names {credentials.username}"
        return Finding("note", "server", text, f"correct the user name in {credentials.source}")
    return Finding("ok", "server", f"{endpoint} answers and knows you as {name}")


def _refused(error: BrantError, credentials: Credentials, heard: Headers | None) -> list[Finding]:
    if heard is not None and isinstance(error, Unauthenticated) and isinstance(credentials, Anonymous):
        return [Finding("ok", "server", "the server answers, and does not know you without credentials")]
    if heard is not None and isinstance(error, RateLimited):
        wait = "in a few minutes" if error.retry_after is None else f"in {error.retry_after:.0f} s"
        return [Finding("note", "server", "the server answers, but has had too many requests", f"ask {wait}")]
    return [complaint("server", error.message)]


def _clock(headers: Headers, now: datetime) -> list[Finding]:
    """How far this machine's clock is from the server's (RFC 9110 §6.6.1)."""
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return [Finding("note", "clock", "the server does not tell its time", "compare the clocks yourself")]
    # "-0000" says UTC without a zone.
    skew = (now - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()
    if abs(skew) <= LARGEST_SKEW:
        return [Finding("ok", "clock", f"it goes as the server's does, to {LARGEST_SKEW} s")]
    way = "ahead of" if skew > 0 else "behind"
    text = f"this machine's clock is {abs(skew):.0f} s {way} the server's"
    return [Finding("problem", "clock", text, "set the clock, or let NTP do it: tokens seem expired else")]


def _limits(headers: Headers) -> list[Finding]:
    for prefix in ("ratelimit-", "x-ratelimit-"):
        told = [f"{name} {headers[prefix + name]}" for name in _LIMITS if prefix + name in headers]
        if told:
            return [Finding("ok", "rate limit", f"the server says: {', '.join(told)}")]
    return []
