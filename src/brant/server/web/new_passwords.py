"""New passwords: typed twice, checked before anything else is done."""

from typing import Final

from brant.errors import InvalidInput
from brant.server.domain.accounts.passwords import SHORTEST
from brant.server.web.first_passwords import is_first_password
from brant.server.web.forms import Fields

HINT: Final = f"At least {SHORTEST} characters. A few words that only you would put together do well."


def chosen_password(form: Fields) -> str:
    """The password in the fields `password` and `again`. Raises InvalidInput."""
    chosen = form.verbatim("password")
    if chosen != form.verbatim("again"):
        raise InvalidInput("the two passwords differ: type the new one twice")
    if is_first_password(chosen):
        raise InvalidInput("that is a first password; choose one of your own")
    if len(chosen) < SHORTEST:
        raise InvalidInput(f"the password is too short: it needs at least {SHORTEST} characters")
    return chosen
