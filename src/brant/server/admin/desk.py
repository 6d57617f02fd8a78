"""Desk: what an administrative command is given to work with."""

import argparse
import getpass
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from brant.errors import InvalidInput
from brant.server.domain.services import Services
from brant.server.settings import Settings

# More than any password has, so that a wrong file is not read whole.
_LONGEST_LINE = 10_000


@dataclass(frozen=True)
class Desk:
    """The options as parsed, the services of their data folder, the time, and where text comes and goes."""

    options: argparse.Namespace
    services: Services
    now: datetime
    out: TextIO
    stdin: TextIO

    @property
    def settings(self) -> Settings:
        """Where things lie in the data folder."""
        return Settings(data=self.options.data)


def read_password(stdin: TextIO) -> str:
    """A new password: typed twice on a terminal, or one line of standard input. Raises InvalidInput.

    It is never an argument: those are seen by everybody on the machine, and kept by shells.
    """
    if stdin.isatty():
        return _typed()
    try:
        line = stdin.readline(_LONGEST_LINE)
    except UnicodeDecodeError:
        raise InvalidInput("the password on standard input is not UTF-8: send it so encoded") from None
    password = line.removesuffix("\n").removesuffix("\r")
    if not password:
        raise InvalidInput(
            "no password came: type it on a terminal, or send it as one line of standard input"
        )
    return password


def _typed() -> str:
    try:
        first, second = getpass.getpass("New password: "), getpass.getpass("The same again: ")
    except EOFError:
        raise InvalidInput("no password came: type it twice") from None
    if first != second:
        raise InvalidInput("these were two different passwords: try again")
    return first
