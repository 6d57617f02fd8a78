"""`brant auth print-access-token`: a fresh access token, for other programs."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta
from typing import NamedTuple

from brant.cli.auth.duration import duration, spelled
from brant.cli.auth.stored import own, stored, visitor
from brant.cli.context import Context

EXAMPLES = """\
examples:
  brant auth print-access-token --expiration 30m
  curl -H "Authorization: Bearer $(brant auth print-access-token)" http://127.0.0.1:8765/api/v1/hello"""


class Options(NamedTuple):
    """How long it is to live; None for as long as the server gives by itself."""

    expiration: timedelta | None


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant auth print-access-token`."""
    parser.add_argument(
        "--expiration",
        type=duration,
        metavar="TIME",
        help="how long it lives: 30m, 1h, 2h30m, 2:30, or in seconds; the server may give less (3h)",
    )


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(parsed.expiration)


def run(options: Options, context: Context) -> None:
    """Prints the token and nothing else. Raises Unauthenticated when nobody is logged in."""
    from brant.client.renewal import LIFETIME, generate

    asked = options.expiration or LIFETIME
    with visitor(context) as session:
        kept = stored(context)
        token, given = generate(session, kept.file, own(kept, session), asked)
    context.out.write(f"{token}\n")
    if options.expiration and given and given < asked:
        context.say(f"The server gave it {spelled(given)}, which is less than was asked for.")
