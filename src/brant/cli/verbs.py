"""Runs one verb: parses its words, reads them into its options value, and has that done."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from brant.cli.commands import Found, Verb
from brant.cli.confirm import Consent
from brant.cli.context import Context
from brant.cli.crashes import filter_crashes
from brant.cli.parser import Parser, actions, verb_parser
from brant.cli.voice import Voice
from brant.errors import UsageError


def run_verb(found: Found) -> int:
    """Runs the verb that was found; its exit code, 0 unless it says another. Raises BrantError."""
    verb = found.command
    assert isinstance(verb, Verb)
    filter_crashes()
    module = verb.load()
    parsed = _parse(verb_parser(verb, found.path), [*found.early, *found.rest])
    context = Context(
        environ=os.environ,
        home=Path.home(),
        endpoint=parsed.endpoint,
        profile=parsed.profile,
        verbose=parsed.verbose,
        stdin=sys.stdin,
        out=sys.stdout,
        err=sys.stderr,
        consent=Consent(),
        voice=Voice(sys.stderr),
    )
    code: int | None = module.run(module.read(parsed), context)
    return code or 0


def _parse(parser: Parser, words: list[str]) -> Namespace:
    parsed, extra = parser.parse_known_args(words)
    if not extra:
        return parsed
    word = extra[0].partition("=")[0]
    if not word.startswith("-"):
        raise UsageError(f"{parser.prog} does not take {word!r} here; see {parser.prog} --help")
    from brant.cli.suggestions import unknown

    known = [name for action in actions(parser) for name in action.option_strings]
    raise UsageError(unknown("option", word, known, parser.prog))
