"""Measures: what computes each metric of the catalogue, and the form of its files."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brant.server.scoring.forms import Classes, Form, Labels, Numbers, Ratings, Texts
from brant.server.scoring.metrics import labels, masks, numbers, probabilities, rankings, texts


def _always(truth: Any, weights: Any, **parameters: Any) -> None:
    del truth, weights, parameters


class Measure(NamedTuple):
    """How a metric is computed.

    `score(truth, guess, weights, **parameters)` is the score of one split; `defined(truth, weights,
    **parameters)` raises HostError where it has none, whatever is guessed.
    """

    form: Form
    score: Callable[..., float]
    defined: Callable[..., None] = _always


_MASKS: Final = Texts("mask", masks.read)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "accuracy": Measure(Labels(), labels.accuracy),
        "balanced_accuracy": Measure(Labels(), labels.balanced_accuracy),
        "f_beta": Measure(Labels(), labels.f_beta, labels.f_beta_defined),
        "mcc": Measure(Labels(), labels.mcc),
        "quadratic_weighted_kappa": Measure(Ratings(), labels.quadratic_weighted_kappa),
        "log_loss": Measure(
            Classes(exclusive=True, probabilities=True, rescaled=True), probabilities.log_loss
        ),
        "brier": Measure(Classes(exclusive=True, probabilities=True), probabilities.brier),
        "auc": Measure(
            Classes(exclusive=False, probabilities=False), probabilities.auc, probabilities.auc_defined
        ),
        "mae": Measure(Numbers(), numbers.mae),
        "rmse": Measure(Numbers(), numbers.rmse),
        "rmsle": Measure(Numbers(lowest=0.0), numbers.rmsle),
        "mape": Measure(Numbers(), numbers.mape, numbers.mape_defined),
        "r2": Measure(Numbers(), numbers.r2, numbers.r2_defined),
        "spearman": Measure(Numbers(), numbers.spearman, numbers.varied),
        "map_at_k": Measure(Texts("list"), rankings.map_at_k, rankings.some_true),
        "ndcg_at_k": Measure(Texts("list"), rankings.ndcg_at_k, rankings.some_gain),
        "mask_iou": Measure(_MASKS, masks.mask_iou),
        "mask_dice": Measure(_MASKS, masks.mask_dice),
        "levenshtein": Measure(Texts(), texts.levenshtein),
    }
)
