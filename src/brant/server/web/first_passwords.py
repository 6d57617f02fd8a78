"""First passwords: made for somebody by an administrator, and good for nothing but choosing one's own."""

import base64
import re
from collections.abc import Callable
from typing import Final

# Known by its form, so that no list of them is needed; nobody may choose one of this form.
_FORM: Final = re.compile(r"first(?:-[a-z2-7]{6}){4}")


def new_first_password(random: Callable[[int], bytes]) -> str:
    """One with 120 bits of chance in it."""
    letters = base64.b32encode(random(15)).decode("ascii").lower()
    return "-".join(["first", *(letters[start : start + 6] for start in range(0, 24, 6))])


def is_first_password(text: str) -> bool:
    """Whether `text` is of that form."""
    return _FORM.fullmatch(text) is not None
