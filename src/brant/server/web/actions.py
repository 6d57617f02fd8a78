"""Actions: which of a page's forms was sent, told from its hidden field `do`."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from brant.errors import InvalidInput
from brant.server.web.visit import Visit

Action = Callable[[Visit], Response]


def chosen_action(actions: Mapping[str, Action], visit: Visit) -> Action:
    """The one that the form names. Raises InvalidInput for any other."""
    action = actions.get(visit.form["do"])
    if action is None:
        raise InvalidInput("this form is not one of the page: load the page again")
    return action


def number(text: str) -> int:
    """The number of a row, as a hidden field carries it. Raises InvalidInput."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput("this form is not one of the page: load the page again")
    return int(text)
