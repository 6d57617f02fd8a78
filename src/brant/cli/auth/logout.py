"""`brant auth logout`: forgets the login on this machine."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.auth.stored import other_source, own, stored, visitor
from brant.cli.context import Context
from brant.errors import BrantError


class Options(NamedTuple):
    """None."""


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant auth logout`."""


def read(_parsed: Namespace) -> Options:
    """The options of one call."""
    return Options()


def run(_options: Options, context: Context) -> None:
    """Forgets the login whether or not the server can be told. Raises Unauthenticated when there is none."""
    from brant.client.login import forget, revoke

    with visitor(context) as session:
        kept = stored(context)
        login = own(kept, session)
        try:
            revoke(session, kept.file, login, "logged out with brant auth logout")
        except BrantError as error:
            context.say(
                f"The server was not told ({error.message}): revoke the login on its settings page, too."
            )
        forget(kept.file, login)
    who = f"{login.username} is" if login.username else "You are"
    context.out.write(f"{who} logged out of {session.endpoint}.\n")
    source = other_source(context)
    if source:
        context.say(f"Calls still find other credentials, which are yours to remove: {source}")
