"""Verbs that answer a team that asks to become one with yours."""

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from brant.cli.competitions.arguments import Which
from brant.cli.competitions.teams import COLUMNS, row
from brant.cli.context import Context
from brant.cli.output import Format
from brant.cli.parser import count, declare_format


class Options(NamedTuple):
    """Which team, by its number."""

    competition: Which
    team_id: int
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of such a verb."""
    parser.add_argument("competition", help="the slug, or the page's address")
    parser.add_argument("team_id", type=count, help="the number of the team that asks")
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(Which(parsed.competition, quiet=True), parsed.team_id, parsed.format)


def answer(options: Options, context: Context, sentence: str, *, accept: bool) -> None:
    """Answers, and prints the team that the caller is in then: its name in the `sentence`, for people."""
    from brant.client.competitions import teams

    output = context.output(options.format)
    output.chosen(COLUMNS)
    slug = options.competition.slug(context)
    with context.session() as session:
        team = teams.answer(session, slug, options.team_id, accept=accept)
    output.record(COLUMNS, row(team), sentence=sentence.format(team.name))
