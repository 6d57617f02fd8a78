"""The page of what can act for a user: tokens, keys, and applications with access."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from starlette.responses import Response

from brant.contract.scopes import Scope, Scopes, parse
from brant.errors import InvalidInput
from brant.server.domain.accounts.tokens import Tokens
from brant.server.oauth.applications import Applications
from brant.server.web.actions import chosen_action, number
from brant.server.web.forms import Fields
from brant.server.web.notices import notice
from brant.server.web.once import Once
from brant.server.web.site import Page
from brant.server.web.visit import Visit

PATH: Final = "/settings/api"

# What most programs need; the rest can be typed.
_OFFERED: Final = (
    *("resources.admin", "resources.viewer", "datasets.viewer", "datasets.editor", "competitions.viewer"),
    *("competitions.submit", "kernels.viewer", "kernels.editor", "models.viewer", "models.editor"),
)
_TICKED: Final = frozenset({"resources.viewer:*"})
_LIFETIMES: Final = (
    *(("1", "A day"), ("7", "A week"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")),
    ("0", "Until it is revoked"),
)


class TokenPage:
    """`/settings/api`."""

    def __init__(self, tokens: Tokens, applications: Applications) -> None:
        self._tokens = tokens
        self._applications = applications
        self._once = Once()
        self._actions: dict[str, Callable[[Visit], Response]] = {
            "make-token": self._make_token,
            "make-key": self._make_key,
            "revoke": self._revoke,
            "end-grant": self._end_grant,
        }

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH, self._show, lambda visit: chosen_action(self._actions, visit)(visit)),)

    def _show(self, visit: Visit) -> Response:
        return visit.page("tokens.html", ticked=_TICKED, **self._listed(visit))

    def _listed(self, visit: Visit) -> dict[str, Any]:
        own = [token for token in self._tokens.of(visit.who.id, visit.now) if token.client_id is None]
        return {
            "tokens": own,
            "applications": self._applications.of(visit.who.id, visit.now),
            "offered": [Scope(name, "*") for name in _OFFERED],
            "lifetimes": _LIFETIMES,
            "notice_words": notice(visit),
        }

    def _make_token(self, visit: Visit) -> Response:
        self._once.take(visit)
        label, field = visit.form["label"], "scope"
        try:
            scopes = _chosen_scopes(visit.form)
            field = "lifetime"
            lifetime = _chosen_lifetime(visit.form)
            field = "label"
            token = self._tokens.make_token(
                visit.who.name, visit.now, label=label, scopes=scopes, lifetime=lifetime
            )
        except InvalidInput as error:
            ticked = frozenset(visit.form.every("scope"))
            return visit.again("tokens.html", error, field, ticked=ticked, **self._listed(visit))
        return visit.page(
            "made_token.html", heading="Your new token", label="Token", value=token, rows=2, on=PATH
        )

    def _make_key(self, visit: Visit) -> Response:
        self._once.take(visit)
        try:
            key = self._tokens.make_key(visit.who.name, visit.now, label=visit.form["key-label"])
        except InvalidInput as error:
            return visit.again("tokens.html", error, "key-label", ticked=_TICKED, **self._listed(visit))
        content = json.dumps({"username": visit.who.name, "key": key})
        return visit.page(
            "made_key.html", heading="Your new key", label="kaggle.json", value=content, rows=3, on=PATH
        )

    def _revoke(self, visit: Visit) -> Response:
        self._tokens.revoke(visit.who.id, number(visit.form["token"]), visit.now)
        return visit.go(f"{PATH}?done=revoked")

    def _end_grant(self, visit: Visit) -> Response:
        self._applications.revoke(visit.who.id, number(visit.form["grant"]), visit.now)
        return visit.go(f"{PATH}?done=grant-ended")


def _chosen_scopes(form: Fields) -> Scopes:
    """Those ticked and those typed. Raises InvalidInput where there are none."""
    words = " ".join([*form.every("scope"), form["other"]])
    if not words.strip():
        raise InvalidInput("tick at least one, or type one below")
    return parse(words)


def _chosen_lifetime(form: Fields) -> timedelta | None:
    if form["lifetime"] not in dict(_LIFETIMES):
        raise InvalidInput("choose how long it lasts")
    days = int(form["lifetime"])
    return timedelta(days=days) if days else None
