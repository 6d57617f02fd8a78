"""Metrics of labels agree with scikit-learn, and with worked cases."""

import warnings

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as reference

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics import labels
from brant.server.scoring.metrics.sums import Weights
from tests.server.scoring.cases import cases


def draw(seed: int) -> tuple[pl.Series, pl.Series, Weights]:
    """Labels of few or many classes, some of them only true or only guessed, weights in every other case."""
    rng = np.random.default_rng(seed)
    rows, classes = int(rng.integers(1, 60)), int(rng.integers(1, 6))
    truth = [f"class {each}" for each in rng.integers(0, classes, rows)]
    guess = [f"class {each}" for each in rng.integers(0, classes + seed % 3, rows)]
    if seed % 4 == 0:
        guess = [t if rng.random() < 0.8 else g for t, g in zip(truth, guess, strict=True)]
    return pl.Series(truth), pl.Series(guess), rng.random(rows) if seed % 2 else None


@pytest.fixture(autouse=True)
def _quiet_reference() -> None:
    """The reference warns of classes that are missing; here they are meant to be."""
    warnings.filterwarnings("ignore", module="sklearn")


@cases(60)
def test_accuracies_are_those_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = draw(seed)
    expected = reference.accuracy_score(truth, guess, sample_weight=weights)
    assert labels.accuracy(truth, guess, weights) == pytest.approx(expected, rel=1e-12)
    expected = reference.balanced_accuracy_score(truth, guess, sample_weight=weights)
    assert labels.balanced_accuracy(truth, guess, weights) == pytest.approx(expected, rel=1e-12)


@cases(60)
def test_f_beta_is_that_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = draw(seed)
    beta = (0.5, 1.0, 2.0)[seed % 3]
    average = ("macro", "micro", "weighted")[seed // 2 % 3]
    expected = reference.fbeta_score(
        truth, guess, beta=beta, average=average, sample_weight=weights, zero_division=0
    )
    ours = labels.f_beta(truth, guess, weights, beta=beta, average=average, positive="1")
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-15)


@cases(60)
def test_f_beta_of_one_class_is_that_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = draw(seed)
    positive = truth[0]
    expected = reference.fbeta_score(
        truth == positive, guess == positive, beta=2, sample_weight=weights, zero_division=0
    )
    ours = labels.f_beta(truth, guess, weights, beta=2, average="binary", positive=positive)
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-15)


@cases(60)
def test_mcc_is_that_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = draw(seed)
    expected = reference.matthews_corrcoef(truth, guess, sample_weight=weights)
    assert labels.mcc(truth, guess, weights) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@cases(60)
def test_kappa_is_that_of_scikit_learn_over_the_range_of_ratings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, lowest = int(rng.integers(2, 60)), int(rng.integers(-4, 4))
    truth, guess = rng.integers(lowest, lowest + 1 + seed % 6, (2, rows))
    if truth.min() == truth.max() and guess.min() == guess.max():
        guess[0] += 1
    ratings = range(min(truth.min(), guess.min()), max(truth.max(), guess.max()) + 1)
    expected = reference.cohen_kappa_score(truth, guess, weights="quadratic", labels=list(ratings))
    assert labels.quadratic_weighted_kappa(truth, guess, None) == pytest.approx(
        expected, rel=1e-12, abs=1e-12
    )


def test_kappa_counts_distance_between_ratings_that_nobody_gave() -> None:
    truth, guess = np.array([0, 10, 0, 10]), np.array([0, 10, 1, 10])
    # Observed 1; by chance (4 * (200 + 201) - 2 * 20 * 21) / 4 = 191, of 4 rows.
    assert labels.quadratic_weighted_kappa(truth, guess, None) == 1 - 4 * 1 / (4 * 401 - 2 * 20 * 21)


def test_perfect_labels_get_exactly_one() -> None:
    truth = pl.Series(["a", "b", "a", "c", "c"])
    weights = np.array([0.1, 0.2, 0.3, 0.4, 0.7])
    for each in (None, weights):
        assert labels.accuracy(truth, truth, each) == 1
        assert labels.balanced_accuracy(truth, truth, each) == 1
        assert labels.f_beta(truth, truth, each, beta=1, average="macro", positive="1") == 1
        assert labels.mcc(truth, truth, each) == pytest.approx(1, abs=1e-15)


def test_one_class_alone_is_defined_everywhere() -> None:
    one, other = pl.Series(["a"] * 3), pl.Series(["b"] * 3)
    assert labels.accuracy(one, other, None) == 0
    assert labels.balanced_accuracy(one, one, None) == 1
    assert labels.f_beta(one, other, None, beta=1, average="macro", positive="1") == 0
    assert labels.mcc(one, one, None) == 0
    same = np.array([3, 3, 3])
    assert labels.quadratic_weighted_kappa(same, same, None) == 1
    assert labels.quadratic_weighted_kappa(same, same + 1, None) == 0


def test_weights_that_add_up_unevenly_do_not_make_correlation_of_a_single_class() -> None:
    truth, guess = pl.Series(["a", "b", "a"]), pl.Series(["a", "a", "a"])
    assert labels.mcc(truth, guess, np.array([0.1, 0.2, 0.3])) == 0


def test_a_class_that_weighs_too_little_to_be_seen_has_no_correlation() -> None:
    truth, guess = pl.Series(["a", "a", "b", "b"]), pl.Series(["a", "b", "b", "b"])
    assert labels.mcc(truth, guess, np.array([1, 1, 1e-20, 1e-20])) == 0


def test_f_beta_of_a_class_that_is_never_true_is_the_hosts_error() -> None:
    with pytest.raises(HostError, match='class "yes"'):
        labels.f_beta_defined(pl.Series(["no"]), None, average="binary", positive="yes", beta=1)
    labels.f_beta_defined(pl.Series(["no"]), None, average="macro", positive="yes", beta=1)
