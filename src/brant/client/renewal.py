"""Refreshes a login: once, however many threads and processes share its file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brant.client import login_file
from brant.client.credentials import Anonymous
from brant.client.login_file import Login
from brant.contract.accounts import GENERATE_ACCESS_TOKEN, ApiVersion, GenerateAccessTokenRequest
from brant.contract.codec import Duration
from brant.errors import (
    InvalidInput,
    LocalFailure,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerFailure,
    Unauthenticated,
    Unreachable,
)
from brant.transfer.http.retry import RetryPolicy

if TYPE_CHECKING:
    from brant.client.session import Session

LIFETIME: Final = timedelta(hours=3)
"""What is asked for; a server may give less."""

# `login_file.PATIENCE` is longer than this takes at its worst, with the deadlines of the pool.
_RETRY: Final = RetryPolicy(attempts=2, cap=5.0, budget=5.0)


def renewed(file: Path, stale: Login, session: "Session", *, patience: float = login_file.PATIENCE) -> Login:
    """The login of `file` with an access token other than that of `stale`: another's, or a fresh one.

    Raises Unauthenticated when the server refuses, LocalFailure when others hold the lock for `patience`
    seconds, and what `Session.call` raises. The file is kept in every case: a refusal may be a proxy's or
    another server's, a kept file does no harm, and what is removed cannot be brought back.
    """
    try:
        with login_file.turn(file, patience):
            held = login_file.read(file)
            if held is None or not held.belongs_to(session.endpoint):
                raise Unauthenticated(f"the login in {file} is gone: log in again with 'brant auth login'")
            if held.access_token != stale.access_token and not held.has_ended(datetime.now(UTC)):
                return held
            fresh = _asked(held, file, session)
            _keep(file, fresh, session)
            return fresh
    except (TimeoutError, Unreachable, RateLimited, ServerFailure) as error:
        if not stale.has_ended(datetime.now(UTC)):
            return stale  # good for a while yet
        if isinstance(error, TimeoutError):
            raise login_file.busy(file, patience) from None
        raise


def generate(session: "Session", file: Path, login: Login, lifetime: timedelta) -> tuple[str, timedelta]:
    """A fresh access token for `login`, which lies in `file`, and how long it lives; nothing is kept.

    It never replaces the refresh token (behaviour.md §3). Raises Unauthenticated when the login is no longer
    known, ServerFailure for an answer without a token, and what else `Session.call` raises.
    """
    if not login.refresh_token:
        raise Unauthenticated(
            f"the login in {file} cannot be refreshed: log in again with 'brant auth login'"
        )
    asked = GenerateAccessTokenRequest(
        refresh_token=login.refresh_token,
        api_version=ApiVersion.API_VERSION_V1,
        expiration_duration=Duration(seconds=int(lifetime.total_seconds())),
    )
    # Asking twice makes one token more and does no harm.
    nobody = session.acting_as(Anonymous(secrets=(login.refresh_token,)))
    try:
        answer = nobody.call(GENERATE_ACCESS_TOKEN, asked, repeatable=True, retry=_RETRY)
    except (Unauthenticated, PermissionDenied, NotFound, InvalidInput):
        raise Unauthenticated(
            f"{session.endpoint} no longer knows the login in {file} (it was revoked, or has ended): "
            "log in again with 'brant auth login', or forget it with 'brant auth logout'"
        ) from None
    if not answer.token:
        raise ServerFailure(f"{session.endpoint} gave no access token: try again later")
    return answer.token, login_file.lifetime(answer.expires_in)


def _asked(held: Login, file: Path, session: "Session") -> Login:
    token, lifetime = generate(session, file, held, LIFETIME)
    return held._replace(
        access_token=token,
        expires=datetime.now(UTC) + lifetime if lifetime else None,
        # It has just shown that it belongs here.
        endpoint=held.endpoint or session.endpoint.web,
    )


def _keep(file: Path, fresh: Login, session: "Session") -> None:
    try:
        login_file.write(file, fresh)
    except LocalFailure as error:
        # The token is good all the same: only the next process has to ask again.
        session.warn(error.message)
