"""Takes the words of one call to the code that answers them."""

import io
import sys
from collections.abc import Sequence

from brant.cli.commands import HELP, Found, Noun, ServerCommand, find


def dispatch(argv: Sequence[str]) -> int:
    """Runs the command that `argv` names; 0 when it was done. Raises BrantError for whatever went wrong."""
    # A terminal that cannot show a letter gets its number; nothing crashes over it.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    found = find(argv)
    if isinstance(found.command, Noun):
        return _answer_noun(found, found.command)
    if isinstance(found.command, ServerCommand):
        from brant.cli.main import hand_over

        return hand_over([found.command.name, *found.rest])
    from brant.cli.verbs import run_verb

    return run_verb(found)


def _answer_noun(found: Found, noun: Noun) -> int:
    """A noun alone does nothing; it can be explained."""
    if not found.rest:
        from brant.errors import UsageError

        words = ", ".join(command.name for command in noun.commands())
        path = " ".join(found.path)
        raise UsageError(f"{path} needs one of its commands: {words}; see {path} --help")
    if found.rest[0] in HELP:
        from brant.cli.nounhelp import noun_help

        sys.stdout.write(noun_help(noun, found.path))
        return 0
    from brant._version import VERSION

    sys.stdout.write(f"brant {VERSION}\n")
    return 0
