"""`brant auth revoke`: ends the login at the server."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.auth.stored import own, stored, visitor
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant auth revoke
  brant auth revoke --reason "the laptop was lost\""""


class Options(NamedTuple):
    """Why, for the server's record."""

    reason: str


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant auth revoke`."""
    parser.add_argument("--reason", default="", help="why, for the server's record")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.reason or "revoked by its user with brant auth revoke")


def run(options: Options, context: Context) -> None:
    """Revokes the login, then forgets it. Raises Unauthenticated when nobody is logged in.

    No question is asked: it destroys nothing but what a new login brings back.
    """
    from brant.client.login import forget, revoke

    with visitor(context) as session:
        kept = stored(context)
        login = own(kept, session)
        known = revoke(session, kept.file, login, options.reason)
        forget(kept.file, login)
    who = f"the login of {login.username}" if login.username else "the login"
    done = f"Revoked {who} at {session.endpoint}." if known else f"{session.endpoint} knew {who} no longer."
    context.out.write(f"{done} It is forgotten here, too.\n")
