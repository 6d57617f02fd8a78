"""The rule of confirmation: what destroys is asked on a terminal, allowed by --yes, refused without both."""

from typing import TextIO

from brant.errors import Declined


def confirm(question: str, *, yes: bool, stdin: TextIO | None, err: TextIO) -> None:
    """Returns when `question` was answered with yes, or `yes` was given. Raises Declined."""
    if yes:
        return
    if stdin is None or not (stdin.isatty() and err.isatty()):  # None: it was closed
        raise Declined(f"{question} Nobody is there to ask, so nothing was done: add --yes to allow it")
    err.write(f"{question} [y/N] ")
    err.flush()
    if stdin.readline().strip().lower() not in ("y", "yes"):
        raise Declined("not confirmed, so nothing was done")
