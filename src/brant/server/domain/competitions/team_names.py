"""Names of teams: what they may be, and that no two of one competition look the same."""

import re
import unicodedata
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from brant.errors import Conflict, InvalidInput
from brant.server.domain.competitions import rules
from brant.server.store.tables import teams

LONGEST: Final = 64
"""In characters."""
# Spreadsheets take what begins so for a formula, and leaderboards are read in them.
_FORMULA: Final = tuple("=+-@")
# Of Default_Ignorable_Code_Point what Python counts as printable, and the blank of Braille.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def checked(text: str) -> str:
    """1 to 64 printable characters in one line. Raises InvalidInput."""
    kept = rules.line("the name of the team", text)
    if not 1 <= len(kept) <= LONGEST:
        raise InvalidInput(
            f"a team's name has 1 to {LONGEST} characters, not {len(kept)}: choose another one"
        )
    if not key(kept):
        raise InvalidInput("a team's name shows something: choose another one")
    if kept.startswith(_FORMULA):
        raise InvalidInput(f"a team's name cannot begin with {kept[0]!r}, as formulas do: choose another one")
    return kept


def key(name: str) -> str:
    """What the names of two teams must differ in: look-alikes of compatibility and case are one.

    As toNFKC_Casefold does it (The Unicode Standard, 3.13.3), which leaves out what shows nothing.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


def free_name(connection: Connection, competition_id: int, wanted: str) -> str:
    """`wanted`, with the first number from 2 that makes it new in the competition where it is taken."""
    name, number = wanted, 1
    while _holder(connection, competition_id, name) is not None:
        number += 1
        name = f"{wanted} {number}"
    return name


def require_free(connection: Connection, competition_id: int, name: str, team_id: int) -> None:
    """Raises Conflict where another team has the name, or one that looks like it."""
    if _holder(connection, competition_id, name) not in {None, team_id}:
        raise Conflict(f"another team is called {name!r}, or nearly so: choose another name")


def _holder(connection: Connection, competition_id: int, name: str) -> int | None:
    found: int | None = connection.scalar(
        sa.select(teams.c.id).where(teams.c.competition_id == competition_id, teams.c.name_key == key(name))
    )
    return found
