"""Once: a form that makes something is taken once, however often a browser sends it again."""

import threading
from typing import Final

from brant.errors import Conflict
from brant.server.web.visit import Visit

FIELD: Final = "once"
_KEPT: Final = 10_000


class Once:
    """The forms that were taken last, in memory: a reload that comes after a restart is taken again."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], None] = {}
        self._lock = threading.Lock()

    def take(self, visit: Visit) -> None:
        """Raises Conflict where this very form was taken before. One without a number is always taken."""
        number = visit.form[FIELD][:64]
        if not number:
            return
        key = (visit.csrf(), number)
        with self._lock:
            if key in self._taken:
                raise Conflict(
                    "this form was sent before, and was taken that time: load the page again, "
                    "and fill it in anew if you missed what it made"
                )
            self._taken[key] = None
            if len(self._taken) > _KEPT:
                del self._taken[next(iter(self._taken))]
