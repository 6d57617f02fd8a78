"""Logs a user in through the server's pages, keeps the login, and ends it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from brant.client import login_file, oauth
from brant.client.credentials import OAuthLogin
from brant.client.login_file import Login
from brant.contract.accounts import EXPIRE_API_TOKEN, ExpireApiTokenRequest
from brant.errors import Unauthenticated

if TYPE_CHECKING:
    from brant.client.session import Session

TIMEOUT = 300.0
"""Seconds that a user has in the browser."""


def log_in(
    session: "Session",
    *,
    ask: Callable[[str], str],
    open_browser: Callable[[str], bool] | None = None,
    scope: str = oauth.DEFAULT_SCOPES,
    timeout: float = TIMEOUT,
) -> Login:
    """The login of the user who signs in at the session's server. Nothing is kept yet.

    `open_browser` shows the user an address on this machine, and says whether it could; the browser then
    brings the code to a loopback port. Without one, or where it could not, `ask` shows an address to open
    anywhere and returns what the user pastes. `timeout` is in seconds.

    Raises Declined when the user denied it, Unauthenticated for a login that came to nothing, and what
    `Session.call` does.
    """
    provider = oauth.discover(session)
    answered = _by_browser(session, provider, scope, open_browser, timeout) if open_browser else None
    if answered is None:
        request = oauth.begin(session.endpoint, scope)
        answered = request, oauth.read_pasted(ask(request.url), request, provider)
    return oauth.confirmed(session, oauth.exchange(session, *answered))


def keep(file: Path, login: Login) -> None:
    """Put `login` into `file`, for every program of this user. Raises LocalFailure."""
    try:
        with login_file.turn(file):
            login_file.write(file, login)
    except TimeoutError:
        raise login_file.busy(file) from None


def forget(file: Path, login: Login) -> bool:
    """Remove `login` from `file`; False if it is not there, which is so too when another has taken its place.

    Whoever refreshes it meanwhile does not bring it back. Raises InvalidInput, LocalFailure.
    """
    try:
        with login_file.turn(file):
            held = login_file.read(file)
            return held is not None and held.is_same_as(login) and login_file.remove(file)
    except TimeoutError:
        raise login_file.busy(file) from None


def revoke(session: "Session", file: Path, login: Login, reason: str) -> bool:
    """Ends `login` at the server, with every token that came of it; False if it knew it no longer."""
    asked = ExpireApiTokenRequest(token=login.refresh_token or login.access_token, reason=reason)
    try:
        session.acting_as(OAuthLogin(file, login)).call(EXPIRE_API_TOKEN, asked, repeatable=True)
    except Unauthenticated:
        return False
    return True


def is_live(session: "Session", file: Path, login: Login) -> bool:
    """Whether the server still takes `login`, refreshed if need be. Raises what a call does but for 401."""
    owner = session.acting_as(OAuthLogin(file, login))
    try:
        if oauth.introspect(owner).active:
            return True
        # Its access token alone may be revoked, or have ended without our knowing.
        return owner.credentials.renew(owner, owner.credentials.header()) and oauth.introspect(owner).active
    except Unauthenticated:
        return False


def _by_browser(
    session: "Session",
    provider: oauth.Provider,
    scope: str,
    open_browser: Callable[[str], bool],
    timeout: float,
) -> tuple[oauth.Request, str] | None:
    """The request and the code for it; None where no browser could be opened."""
    from threading import Thread

    from brant.client.listener import Listener

    with Listener() as listener:
        request = oauth.begin(session.endpoint, scope, f"http://localhost:{listener.port}")
        listener.serve(lambda query: oauth.read_answer(query, request, provider))

        def show() -> None:
            opened = False
            try:
                opened = open_browser(request.url)
            finally:
                if not opened:
                    listener.give_up()

        # Some browsers return when they are closed, which is not to be waited for.
        Thread(target=show, daemon=True).start()
        code = listener.wait(timeout)
        return None if code is None else (request, code)
