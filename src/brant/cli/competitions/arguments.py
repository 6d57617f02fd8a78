"""Arguments that several verbs of `brant competitions` share."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from brant.cli.context import Context
from brant.cli.output import Column, Format, Value
from brant.cli.parser import declare_format, declare_quiet
from brant.contract.handles import competition_slug
from brant.errors import UsageError


class Which(NamedTuple):
    """A competition as it was named, if it was; `quiet` keeps to oneself that the configured one is meant."""

    text: str | None
    quiet: bool

    def slug(self, context: Context) -> str:
        """Its slug, else that of the configured default. Raises UsageError where there is none."""
        if self.text:
            return competition_slug(self.text)
        configured = context.setting("competition")
        if not configured:
            raise UsageError(
                "say which competition, by its slug, or set one: brant config set -n competition -v SLUG"
            )
        slug = competition_slug(configured)
        if not self.quiet:
            context.say(f"using the competition {slug}, as configured")
        return slug


class Told(NamedTuple):
    """How a verb that has no list to show tells what it did."""

    quiet: bool
    format: Format


def declare_told(parser: ArgumentParser) -> None:
    """The options of such a verb."""
    declare_quiet(parser)
    declare_format(parser)


def read_told(parsed: Namespace, *facts: str) -> Told:
    """Those of one call, which ends with these `facts`. Raises UsageError for others, before all is done."""
    parsed.format.check(facts)
    return Told(parsed.quiet, parsed.format)


def declare_competition(parser: ArgumentParser) -> None:
    """The competition: an argument, or as older scripts write it the option -c."""
    parser.add_argument(
        "competition", nargs="?", help="the slug, or the page's address (default: as configured)"
    )
    parser.add_argument("-c", "--competition", dest="competition_option", help=SUPPRESS)


def read_competition(parsed: Namespace) -> Which:
    """The competition as it was written."""
    return Which(parsed.competition or parsed.competition_option, getattr(parsed, "quiet", False))


def own_folder(slug: str, context: Context) -> Path:
    """Where files of a competition go that nobody said where to: `./{slug}`; below a configured path
    `competitions/{slug}`, as the official command line has it.
    """
    base = context.setting("path")
    return Path(base).expanduser() / "competitions" / slug if base else Path(slug)


def tell(context: Context, how: Told, facts: Mapping[str, Value], sentence: str) -> None:
    """Prints what was done: `facts` by name for programs, `sentence` for people unless they want quiet."""
    output = context.output(how.format)
    if how.quiet and output.is_table:
        return
    output.record([Column(name) for name in facts], list(facts.values()), sentence=sentence)
