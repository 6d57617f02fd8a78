"""The page where a host sets title, dates and rules of the game."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from brant.contract.codec import FieldMask, Timestamp
from brant.contract.hosting_messages import (
    ApiGetCompetitionSettingsRequest,
    ApiUpdateCompetitionSettingsRequest,
    CompetitionSettings,
)
from brant.server.web.competitions.desk import (
    PATH,
    Desk,
    address,
    attempt,
    filled,
    moment,
    slug,
    typed_moment,
)
from brant.server.web.forms import Fields
from brant.server.web.site import Page
from brant.server.web.visit import Visit

_TEXTS: Final = ("title", "brief_description")
_DATES: Final = {
    "deadline": ("Last submissions", "the time of the last submissions"),
    "prohibit_new_entrants_explicit_deadline": ("Last entries", "the time of the last entries"),
    "team_merger_explicit_deadline": ("Last mergers of teams", "the time of the last mergers"),
}
_WITHHELD: Final = "withold_final_leaderboard_until_it_has_been_verified"
_SWITCHES: Final = {
    "rules_required": "Rules must be accepted before data are given out and submissions taken",
    "has_leaderboard": "There is a leaderboard",
    "disable_submissions": "No submissions are taken for now",
    _WITHHELD: "The final leaderboard is kept back until it is verified",
    "final_leaderboard_has_been_verified": "The final leaderboard is verified",
}


class SettingsPage:
    """`/competitions/{slug}/host/settings`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH + "/{slug}/host/settings", self._show, self._save),)

    def _show(self, visit: Visit) -> Response:
        return self._desk.page(visit, "settings.html", **self._details(visit, self._kept(visit)))

    def _kept(self, visit: Visit) -> CompetitionSettings:
        request = ApiGetCompetitionSettingsRequest(competition_name=slug(visit))
        return self._desk.services.settings.get(self._desk.context(visit), request)

    def _details(self, visit: Visit, kept: CompetitionSettings) -> dict[str, Any]:
        return {"dates": _DATES, "switches": _SWITCHES, "typed": filled(visit, _written(kept))}

    def _save(self, visit: Visit) -> Response:
        kept = self._kept(visit)

        def save() -> str:
            changed = {
                name: value
                for name, value in _read(visit.form).items()
                if not _same(getattr(kept, name), value)
            }
            if changed:
                request = ApiUpdateCompetitionSettingsRequest(
                    competition_name=slug(visit),
                    settings=CompetitionSettings(**changed),
                    update_mask=FieldMask.of(*changed),
                )
                self._desk.services.settings.update(self._desk.context(visit), request)
            return f"{address(visit, 'host', 'settings')}?done=saved"

        return attempt(
            visit,
            save,
            lambda error: self._desk.again(
                visit, "settings.html", error, _field(error.message), **self._details(visit, kept)
            ),
        )


def _written(kept: CompetitionSettings) -> Mapping[str, str]:
    texts = {name: getattr(kept, name) for name in _TEXTS}
    dates = {name: typed_moment(getattr(kept, name)) for name in _DATES}
    return {**texts, **dates, **{name: "yes" if getattr(kept, name) else "" for name in _SWITCHES}}


def _read(form: Fields) -> dict[str, Any]:
    """What the form says, by the names of the settings. Raises InvalidInput."""
    wanted: dict[str, Any] = {name: form[name] for name in _TEXTS}
    for name, (_, words) in _DATES.items():
        when = moment(form[name], words)
        wanted[name] = None if when is None else Timestamp.of(when)
    return {**wanted, **{name: form[name] == "yes" for name in _SWITCHES}}


def _same(kept: Any, wanted: Any) -> bool:
    """Whether a setting stays as it is; a field of the form holds no seconds."""
    if isinstance(kept, Timestamp) and isinstance(wanted, Timestamp):
        return typed_moment(kept) == typed_moment(wanted)
    return bool(kept == wanted)


def _field(message: str) -> str:
    """The field that a refusal speaks of, as far as its words tell."""
    for name, (_, words) in _DATES.items():
        if words in message:
            return name
    return next(
        (name for name in ("deadline", "brief_description") if name.partition("_")[0] in message), "title"
    )
