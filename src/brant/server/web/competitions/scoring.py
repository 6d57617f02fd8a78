"""The page where a host sets how submissions are scored: the metric, the split, the limits."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from brant.contract.codec import FieldMask
from brant.contract.competition_extensions import (
    CompetitionRequest,
    CompetitionSetup,
    ListMetricsRequest,
    UpdateCompetitionSetupRequest,
)
from brant.errors import InvalidInput
from brant.server.web.competitions.desk import PATH, Desk, address, attempt, filled, slug, whole
from brant.server.web.forms import Fields
from brant.server.web.site import Page
from brant.server.web.visit import Visit

CUSTOM: Final = "custom"
_NUMBERS: Final = {
    "public_percent": "the public part",
    "split_seed": "the seed",
    "max_daily_submissions": "the number of submissions a day",
    "max_total_submissions": "the number of submissions in all",
    "max_team_size": "the size of a team",
    "max_selected": "the number of final submissions",
    "max_submission_bytes": "the size of a submission",
    "scoring_seconds": "the time to score one",
}


class ScoringPage:
    """`/competitions/{slug}/host/scoring`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> tuple[Page, ...]:
        """Its address."""
        return (Page(PATH + "/{slug}/host/scoring", self._show, self._save),)

    def _show(self, visit: Visit) -> Response:
        return self._desk.page(visit, "scoring.html", **self._details(visit, self._kept(visit)))

    def _kept(self, visit: Visit) -> CompetitionSetup:
        request = CompetitionRequest(competition_name=slug(visit))
        return self._desk.services.setup.get(self._desk.context(visit), request)

    def _details(self, visit: Visit, kept: CompetitionSetup) -> dict[str, Any]:
        request = ListMetricsRequest()
        metrics = self._desk.services.setup.list_metrics(self._desk.context(visit), request).metrics
        custom = [(CUSTOM, "A Python file of your own")] if kept.metric == CUSTOM else []
        return {
            "metrics": metrics,
            "offered": [("", "None yet"), *((one.name, one.title) for one in metrics), *custom],
            "is_custom": kept.metric == CUSTOM,
            "typed": filled(visit, _written(kept)),
        }

    def _save(self, visit: Visit) -> Response:
        kept = self._kept(visit)

        def save() -> str:
            wanted = _read(visit.form)
            changed = [name for name, value in wanted.items() if getattr(kept, name) != value]
            if changed:
                request = UpdateCompetitionSetupRequest(
                    competition_name=slug(visit),
                    setup=CompetitionSetup(**{name: wanted[name] for name in changed}),
                    update_mask=FieldMask.of(*changed),
                )
                self._desk.services.setup.update(self._desk.context(visit), request)
            return f"{address(visit, 'host', 'scoring')}?done=saved"

        return attempt(
            visit,
            save,
            lambda error: self._desk.again(
                visit, "scoring.html", error, _field(error.message), **self._details(visit, kept)
            ),
        )


def _written(kept: CompetitionSetup) -> Mapping[str, str]:
    """The setup as its form holds it; a number that is not set is an empty field."""
    numbers = {name: str(getattr(kept, name) or "") for name in _NUMBERS}
    zero_means_zero = {name: str(getattr(kept, name)) for name in ("public_percent", "split_seed")}
    parameters = "\n".join(f"{name}={value}" for name, value in sorted(kept.metric_parameters.items()))
    return {
        **numbers,
        **zero_means_zero,
        "metric": kept.metric,
        "parameters": parameters,
        "row_id_column": kept.row_id_column,
        "higher_is_better": "yes" if kept.higher_is_better else "",
    }


def _read(form: Fields) -> dict[str, Any]:
    """What the form says, by the names of the setup. Raises InvalidInput."""
    wanted: dict[str, Any] = {name: whole(form[name], words) for name, words in _NUMBERS.items()}
    wanted["metric"] = form["metric"]
    wanted["metric_parameters"] = _parameters(form["parameters"])
    wanted["row_id_column"] = form["row_id_column"]
    if form["metric"] == CUSTOM:
        wanted["higher_is_better"] = form["higher_is_better"] == "yes"
    return wanted


def _parameters(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            raise InvalidInput(f"a parameter of the metric is written name=value, not {line[:60]!r}")
        given[name.strip()] = value.strip()
    return given


def _field(message: str) -> str:
    """The field that a refusal speaks of, as far as its words tell."""
    words = {**{words: name for name, words in _NUMBERS.items()}, **{name: name for name in _NUMBERS}}
    words |= {"row_id": "row_id_column", "parameter": "parameters"}
    return next((name for said, name in words.items() if said in message), "metric")
