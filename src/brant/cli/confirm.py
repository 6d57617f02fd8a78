"""The rule of confirmation: what destroys or spends is asked on a terminal, allowed by --yes, else refused.

Which calls these are stands with each Method (`consent`), and no session of the command line makes one that
was not asked for: a verb that forgets fails wherever it is tried.
"""

from typing import TYPE_CHECKING, Any, TextIO

from brant.errors import BrantError, Declined

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from brant.contract.codec import Message
    from brant.contract.method import Method


def declare_yes(parser: "ArgumentParser") -> None:
    """The option of every verb that asks; `yes` of the parsed arguments stands for the answer."""
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask; for scripts")


class Consent:
    """Whether the user agreed, in one call of the command line."""

    def __init__(self) -> None:
        self._is_given = False

    def ask(self, question: str, *, yes: bool, stdin: TextIO | None, err: TextIO) -> None:
        """Returns when `question` was answered with yes, or `yes` was given. Raises Declined."""
        if not yes:
            _ask(question, stdin, err)
        self._is_given = True

    def check(self, method: "Method[Any, Any]", request: "Message") -> None:
        """Raises BrantError for a call that needs consent and has none: a guard of sessions."""
        if not self._is_given and method.needs_consent(request):
            raise BrantError(
                f"this is a fault in brant itself: {method.name} {method.consent} something and nobody was "
                "asked, so nothing was done; please report it"
            )


def _ask(question: str, stdin: TextIO | None, err: TextIO) -> None:
    if stdin is None or not (stdin.isatty() and err.isatty()):  # None: it was closed
        raise Declined(f"{question} Nobody is there to ask, so nothing was done: add --yes to allow it")
    err.write(f"{question} [y/N] ")
    err.flush()
    if stdin.readline().strip().lower() not in ("y", "yes"):
        raise Declined("not confirmed, so nothing was done")
