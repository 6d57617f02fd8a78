"""Words that stand for members of the wire's enums, in options of the command line and arguments alike."""

from typing import TypeVar

from brant.contract.codec import WireEnum
from brant.errors import InvalidInput

W = TypeVar("W", bound=WireEnum)


def word(option: str, kind: type[W], text: str | None) -> W | None:
    """The member of `kind` that `text` names, whatever its case; None where nothing is named.

    Raises InvalidInput with the words there are, for `option`.
    """
    if not text:
        return None
    member = kind(text)
    if not member.known:
        names = list(kind.__members__)
        prefix = names[0][: names[0].rfind("_") + 1]
        start = len(prefix) if all(name.startswith(prefix) for name in names) else 0
        words = ", ".join(_spelled(name[start:]) for name in names if not name.endswith("_UNSPECIFIED"))
        raise InvalidInput(f"{option}: {text[:40]!r} is none of {words}")
    return member


def _spelled(member: str) -> str:
    """BIG_QUERY as the official command line spells it: bigQuery."""
    first, *rest = member.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)
