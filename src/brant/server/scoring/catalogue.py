"""The metrics that are built in, declared: direction, parameters, what a valid file looks like, source."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brant.errors import InvalidInput
from brant.server.scoring.parameters import Parameter, choice, number, text, whole


class MetricInfo(NamedTuple):
    """What can be known of a metric without computing one; `source` is where it is defined."""

    name: str
    title: str
    higher_is_better: bool
    description: str
    file_format: str
    source: str
    parameters: tuple[Parameter, ...] = ()


_WEIGHTED: Final = text(
    "weight_column", "", "the column of the solution that says how much each row counts; none by default"
)
_CUT: Final = "how many items of each list count"
_LABELS: Final = (
    "The row id and one column with the label of each row. Labels are compared as texts; only 1.0 is "
    "the same as 1."
)
_PROBABILITIES: Final = (
    "Where the solution has one column of 0 and 1: the row id and the same column with the probability of 1. "
    "Where it has one column of other labels: a column for each label, named as it is. Where it has several "
    "columns of 0 and 1, of which one in each row is 1: the same columns. Probabilities are from 0 to 1."
)
_SCORES: Final = (
    "Where the solution has one column of 0 and 1: the row id and the same column with any number, larger "
    "where 1 is likelier. Where it has one column of other labels: a column for each label, named as it "
    "is. Where it has several columns of 0 and 1: the same columns."
)
_NUMBERS: Final = (
    "The row id and the columns of the solution, with a number in each row. With several columns the score"
    " is the mean of theirs."
)
_LISTS: Final = (
    "The row id and one column with the items of each row, the best first, separated by spaces. An item that "
    "stands there again counts as a wrong one; a list may be empty."
)
_MASKS: Final = (
    "The row id and one column with the mask of each row, run-length encoded: pairs of a first pixel, "
    "counted from 1, and a number of pixels, separated by spaces, in rising order and without overlap. An "
    "empty mask is empty."
)

_ALL: Final = (
    MetricInfo(
        name="accuracy",
        title="Accuracy",
        higher_is_better=True,
        description="The share of rows whose label is right.",
        file_format=_LABELS,
        source="ISO 5725-1:1994 has the word; as computed by scikit-learn's accuracy_score",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="balanced_accuracy",
        title="Balanced accuracy",
        higher_is_better=True,
        description="For each class the share of its rows that are right; of these shares the mean.",
        file_format=_LABELS,
        source="Brodersen, Ong, Stephan, Buhmann: The Balanced Accuracy and Its Posterior Distribution "
        "(2010); for more than two classes as in scikit-learn's balanced_accuracy_score",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="f_beta",
        title="F-beta",
        higher_is_better=True,
        description="The weighted harmonic mean of precision and recall; 0 where both are 0 or not defined.",
        file_format=_LABELS,
        source="van Rijsbergen: Information Retrieval (1979), chapter 7; averages as in scikit-learn's "
        "fbeta_score",
        parameters=(
            number("beta", "1", "how much more recall counts than precision", above=0, below=1000),
            choice(
                "average",
                "macro",
                "binary",
                "micro",
                "weighted",
                description="macro: the mean over classes; weighted: that by their size; micro: of all rows "
                "together; binary: of the class `positive` alone",
            ),
            text("positive", "1", "the label of the class that `binary` looks at"),
            _WEIGHTED,
        ),
    ),
    MetricInfo(
        name="mcc",
        title="Matthews correlation coefficient",
        higher_is_better=True,
        description="The correlation of truth and prediction; 0 where either has one class only.",
        file_format=_LABELS,
        source="Matthews (1975), Biochim. Biophys. Acta 405; for more classes Gorodkin (2004), "
        "Comput. Biol. Chem. 28",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="quadratic_weighted_kappa",
        title="Quadratic weighted kappa",
        higher_is_better=True,
        description="Agreement beyond chance, disagreement counted by its square; 1 where all ratings, "
        "true and predicted, are the same one.",
        file_format="The row id and one column with a rating in each row: a whole number from -10000 to "
        "10000.",
        source="Cohen: Weighted kappa (1968), Psychol. Bull. 70(4)",
    ),
    MetricInfo(
        name="log_loss",
        title="Log loss",
        higher_is_better=False,
        description="The negative mean logarithm of the probability of the truth. With several columns "
        "each row is first divided by its sum; then probabilities are clipped to [eps, 1 - "
        "eps].",
        file_format=_PROBABILITIES,
        source="Bishop: Pattern Recognition and Machine Learning (2006), 4.3.2 and 4.3.4",
        parameters=(
            number("eps", "1e-15", "the probability nearest to 0 that counts", above=0, below=0.5),
            _WEIGHTED,
        ),
    ),
    MetricInfo(
        name="brier",
        title="Brier score",
        higher_is_better=False,
        description="The mean squared error of probabilities. With several columns the squares of a row "
        "are added up, so that the score is from 0 to 2.",
        file_format=_PROBABILITIES,
        source="Brier: Verification of Forecasts Expressed in Terms of Probability (1950), Mon. Weather "
        "Rev. 78(1)",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="auc",
        title="Area under the ROC curve",
        higher_is_better=True,
        description="How probable it is that a row of a class gets a larger number than one of another, ties "
        "counting half. With several columns the mean of each class against the rest.",
        file_format=_SCORES,
        source="Hanley, McNeil (1982), Radiology 143(1); the mean of one against the rest: Fawcett (2006), "
        "Pattern Recognit. Lett. 27(8), with classes counting the same",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="mae",
        title="Mean absolute error",
        higher_is_better=False,
        description="The mean distance from the truth.",
        file_format=_NUMBERS,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), 2.1",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="rmse",
        title="Root mean squared error",
        higher_is_better=False,
        description="The square root of the mean squared distance from the truth.",
        file_format=_NUMBERS,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), 2.1",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="rmsle",
        title="Root mean squared logarithmic error",
        higher_is_better=False,
        description="The root mean squared error of ln(1 + x).",
        file_format=_NUMBERS + " Numbers are not negative.",
        source="Kaggle's wiki, Root Mean Squared Logarithmic Error; scikit-learn's "
        "root_mean_squared_log_error",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="mape",
        title="Mean absolute percentage error",
        higher_is_better=False,
        description="The mean distance from the truth as a share of the truth: 0.1 is ten percent. No "
        "truth may be 0.",
        file_format=_NUMBERS,
        source="Hyndman, Koehler: Another look at measures of forecast accuracy (2006), 2.2",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="r2",
        title="R²",
        higher_is_better=True,
        description="The share of the truth's variance that is explained: 1 is perfect, 0 as good as its "
        "mean.",
        file_format=_NUMBERS,
        source="Draper, Smith: Applied Regression Analysis (1998), 1.3; scikit-learn's r2_score",
        parameters=(_WEIGHTED,),
    ),
    MetricInfo(
        name="spearman",
        title="Spearman's rank correlation",
        higher_is_better=True,
        description="The correlation of ranks, ties having their mean rank; 0 where all predictions are "
        "the same.",
        file_format=_NUMBERS,
        source="Spearman (1904), Am. J. Psychol. 15(1); ties: Kendall (1945), Biometrika 33(3)",
    ),
    MetricInfo(
        name="map_at_k",
        title="Mean average precision at k",
        higher_is_better=True,
        description="For each row the precision at each right item among the first k, added up and divided"
        " by the number of true items, k at most; of all rows the mean.",
        file_format=_LISTS,
        source="Kaggle's wiki, Mean Average Precision; Manning, Raghavan, Schütze: Introduction to "
        "Information Retrieval (2008), 8.4",
        parameters=(whole("k", "5", _CUT, largest=1000),),
    ),
    MetricInfo(
        name="ndcg_at_k",
        title="Normalized discounted cumulative gain at k",
        higher_is_better=True,
        description="For each row the gains of the first k items, discounted by log2(1 + place), as a "
        "share of the best possible; of all rows the mean. In the solution an item may have a "
        "gain: item:3; else it is 1.",
        file_format=_LISTS,
        source="Järvelin, Kekäläinen (2002), ACM TOIS 20(4), with the discount, and the gain 2^x - 1, of "
        "Burges et al.: Learning to Rank using Gradient Descent (2005)",
        parameters=(
            whole("k", "5", _CUT, largest=1000),
            choice("gain", "linear", "exponential", description="exponential: a gain of x counts 2^x - 1"),
        ),
    ),
    MetricInfo(
        name="mask_iou",
        title="Intersection over union of masks",
        higher_is_better=True,
        description="Pixels in both masks as a share of those in either, 1 where both are empty; of all "
        "rows the mean.",
        file_format=_MASKS,
        source="Jaccard: The Distribution of the Flora in the Alpine Zone (1912), New Phytol. 11(2)",
    ),
    MetricInfo(
        name="mask_dice",
        title="Dice coefficient of masks",
        higher_is_better=True,
        description="Twice the pixels in both masks divided by those of each added up, 1 where both are "
        "empty; of all rows the mean.",
        file_format=_MASKS,
        source="Dice: Measures of the Amount of Ecologic Association Between Species (1945), Ecology 26(3)",
    ),
    MetricInfo(
        name="levenshtein",
        title="Mean Levenshtein distance",
        higher_is_better=False,
        description="How many characters must be put in, left out or changed to make the truth of a text; "
        "of all rows the mean.",
        file_format="The row id and one column with a text in each row, which may be empty.",
        source="Levenshtein: Binary codes capable of correcting deletions, insertions, and reversals (1966)",
    ),
)

METRICS: Final[Mapping[str, MetricInfo]] = MappingProxyType({info.name: info for info in _ALL})
"""All of them by name. A host's own metric, `custom`, is not among them."""


def check_parameters(metric: str, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of all parameters, defaults where none is given. Raises InvalidInput: what is allowed."""
    if metric not in METRICS:
        raise InvalidInput(f'there is no metric "{metric}": choose one of {", ".join(METRICS)}')
    declared = {each.name: each for each in METRICS[metric].parameters}
    for name in given:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise InvalidInput(f'{metric} has no parameter "{name}": it has {known}')
    return {name: _value(metric, each, given.get(name, each.default)) for name, each in declared.items()}


def _value(metric: str, parameter: Parameter, written: str) -> Any:
    try:
        return parameter.parse(written)
    except ValueError:
        raise InvalidInput(
            f'{parameter.name} of {metric} cannot be "{written}": give {parameter.allowed}'
        ) from None
