"""`brant auth status`: who the caller is to the server."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format
from brant.errors import Unauthenticated

if TYPE_CHECKING:
    from brant.client.session import Session

EXAMPLES = """\
examples:
  brant auth status
  brant auth status --format 'json(username,scopes)'"""

_COLUMNS = (
    Column("endpoint"),
    Column("username"),
    Column("kind"),
    Column("source"),
    Column("scopes"),
    Column("expires", "moment"),
    Column("refreshed"),
)


class Options(NamedTuple):
    """How to show it."""

    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant auth status`."""
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.format)


def run(options: Options, context: Context) -> None:
    """Asks the server, and prints what it says. Raises Unauthenticated when nobody is logged in."""
    from brant.client.credentials import Anonymous, LegacyKey

    output = context.output(options.format)
    output.chosen(_COLUMNS)  # a wrong field is told before anybody is asked
    with context.session() as session:
        credentials = session.credentials
        if isinstance(credentials, Anonymous):
            passed_over = "".join(f" ({warning})" for warning in credentials.warnings)
            raise Unauthenticated(
                f"nobody is logged in at {session.endpoint}: log in with 'brant auth login', or set "
                f"KAGGLE_API_TOKEN{passed_over}"
            )
        said = _of_key(session) if isinstance(credentials, LegacyKey) else _of_token(session)
    output.details(
        _COLUMNS, (str(session.endpoint), said[0], credentials.kind, credentials.source, *said[1:])
    )


def _of_key(session: "Session") -> tuple[Value, ...]:
    """A key has neither scopes nor an end: it may do what its user may."""
    from brant.contract.accounts import HELLO
    from brant.contract.method import Empty

    name = session.call(HELLO, Empty()).user_name
    if not name:
        raise Unauthenticated(
            f"{session.endpoint} does not know the legacy key from {session.credentials.source}: "
            "log in with 'brant auth login'"
        )
    return name, None, None, False


def _of_token(session: "Session") -> tuple[Value, ...]:
    from brant.client.credentials import OAuthLogin
    from brant.client.oauth import introspect

    credentials = session.credentials
    found = introspect(session)
    if not found.active and credentials.renew(session, credentials.header()):
        found = introspect(session)
    if not found.active:
        raise Unauthenticated(
            f"{session.endpoint} does not take the {credentials.kind} from {credentials.source} (it was "
            "revoked, or has ended): log in with 'brant auth login'"
        )
    expires = _moment(found.exp)
    refreshed = False
    if isinstance(credentials, OAuthLogin):
        expires = expires or credentials.login.expires
        refreshed = bool(credentials.login.refresh_token)
    return found.username or credentials.username, found.scope or None, expires, refreshed


def _moment(seconds: int | None) -> datetime | None:
    """Seconds since the epoch; None for none, or where no calendar has them."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
