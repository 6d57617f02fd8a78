"""Verbs that list who hosts or judges, or that name a user for something: what they share."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions import which
from brant.cli.competitions.arguments import Told, Which, declare_told, read_told, tell
from brant.cli.context import Context
from brant.cli.output import Column

if TYPE_CHECKING:
    from brant.client.session import Session
    from brant.contract.hosting_messages import ApiCompetitionHost

_COLUMNS = (Column("userName"), Column("displayName"), Column("id", "number"), Column("profileUrl"))


def show(
    options: which.Options,
    context: Context,
    ask: "Callable[[Session, str], list[ApiCompetitionHost]]",
    role: str,
) -> None:
    """Prints those whom `ask` finds; `role` is the word for them."""
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        found = ask(session, slug)
    output.rows(_COLUMNS, [(one.user_name, one.display_name, one.id, one.profile_url) for one in found])
    if not found:
        context.say(f"no {role} found")


class Naming(NamedTuple):
    """Which user, for which competition."""

    competition: Which
    user: str
    told: Told


def declare(parser: ArgumentParser) -> None:
    """The command line of a verb that names a user."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("user", help="the user's name")
    declare_told(parser)


def read(parsed: Namespace, fact: str) -> Naming:
    """The options of one call, which tells the user's name as `fact`."""
    which_one = Which(parsed.competition, quiet=True)
    return Naming(which_one, parsed.user, read_told(parsed, "competition", fact))


def name(
    options: Naming,
    context: Context,
    call: "Callable[[Session, str, str], None]",
    fact: str,
    does: str,
) -> None:
    """Makes the `call` for that user, and tells what the user `does` now."""
    slug = options.competition.slug(context)
    with context.session() as session:
        call(session, slug, options.user)
    facts = {"competition": slug, fact: options.user}
    tell(context, options.told, facts, f"{options.user} {does.format(slug)} now.")
