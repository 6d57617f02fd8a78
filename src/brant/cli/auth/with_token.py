"""Keeps an access token that was made on the server's pages, as `brant auth login --with-token` does."""

from contextlib import suppress
from typing import TYPE_CHECKING

from brant.cli.context import Context
from brant.errors import Conflict, Declined, Unauthenticated

if TYPE_CHECKING:
    from brant.client.session import Session


def take_token(session: "Session", context: Context, *, force: bool) -> None:
    """Reads a token, has the server confirm it, and keeps it in the access_token file.

    Raises Unauthenticated for a token that the server does not take, Conflict for another that is there.
    """
    from brant.client import configuration
    from brant.client.credentials import AccessToken, save_token, saved_token
    from brant.client.oauth import introspect

    token = _token(context)
    profile = configuration.profile_of(context.environ, context.profile)
    there = saved_token(context.environ, context.home, profile)
    if there is not None and there.header() != f"Bearer {token}" and not force:
        raise Conflict(f"{there.source} holds another token: --force puts this one in its place")
    found = introspect(session.acting_as(AccessToken(token, "standard input")))
    if not found.active:
        raise Unauthenticated(
            f"{session.endpoint} does not take this token: make a new one on its settings page"
        )
    file = save_token(context.environ, context.home, token, profile)
    context.out.write(f"You are {found.username or 'known'} at {session.endpoint} by the token in {file}.\n")
    if profile is None and not session.endpoint.is_kaggle:
        context.say(
            "This token goes to whichever server is named; a profile would keep it for this one: "
            f"'brant config set --profile NAME -n endpoint -v {session.endpoint}', then --profile NAME."
        )


def _token(context: Context) -> str:
    """One line of standard input, unseen at a terminal. Raises Declined when there is none."""
    line = ""
    if context.stdin is not None:
        if context.stdin.isatty():
            from getpass import getpass

            with suppress(EOFError):
                line = getpass("Access token (it is not shown): ", context.err)
        else:
            line = context.stdin.readline(16384)
    if not line.strip():
        raise Declined("no token was given, so nothing was kept: give one on standard input")
    return line.strip()
