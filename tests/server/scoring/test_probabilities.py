"""Metrics of probabilities agree with scikit-learn, and with worked cases."""

import math
import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics import probabilities
from brant.server.scoring.metrics.sums import Weights
from tests.server.scoring.cases import cases

EPS = 1e-15


def binary(seed: int) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Both classes, many ties, certainties, and weights in every other case."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(2, 80))
    truth = rng.integers(0, 2, rows)
    truth[:2] = 0, 1
    guess = np.round(rng.random(rows), 1 + seed % 3)
    return truth.astype(np.uint8)[:, None], guess[:, None], rng.random(rows) + 0.01 if seed % 2 else None


def multiclass(seed: int) -> tuple[np.ndarray, np.ndarray, Weights]:
    """Three to six classes, one of which may be missing in the truth; rows that do not add up to 1."""
    rng = np.random.default_rng(seed)
    rows, classes = int(rng.integers(8, 60)), int(rng.integers(3, 7))
    codes = rng.integers(0, classes - (seed % 3 == 0), rows)
    guess = np.round(rng.random((rows, classes)), 2) + 0.001
    return np.eye(classes, dtype=np.uint8)[codes], guess, rng.random(rows) if seed % 2 else None


@cases(60)
def test_binary_log_loss_and_brier_are_those_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = binary(seed)
    both = np.clip(np.column_stack([1 - guess[:, 0], guess[:, 0]]), EPS, 1 - EPS)
    expected = reference.log_loss(truth[:, 0], both, sample_weight=weights)
    assert probabilities.log_loss(truth, guess, weights, eps=EPS) == pytest.approx(expected, rel=1e-9)
    expected = reference.brier_score_loss(truth[:, 0], guess[:, 0], sample_weight=weights)
    assert probabilities.brier(truth, guess, weights) == pytest.approx(expected, rel=1e-12)


@cases(60)
def test_multiclass_log_loss_and_brier_are_those_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = multiclass(seed)
    classes, codes = list(range(truth.shape[1])), truth.argmax(axis=1)
    shares = guess / guess.sum(axis=1, keepdims=True)
    expected = reference.log_loss(codes, shares, labels=classes, sample_weight=weights)
    assert probabilities.log_loss(truth, guess, weights, eps=EPS) == pytest.approx(expected, rel=1e-9)
    expected = reference.brier_score_loss(
        codes, shares, labels=classes, sample_weight=weights, scale_by_half=False
    )
    assert probabilities.brier(truth, shares, weights) == pytest.approx(expected, rel=1e-9)


@cases(60)
def test_binary_auc_is_that_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = binary(seed)
    expected = reference.roc_auc_score(truth[:, 0], guess[:, 0], sample_weight=weights)
    assert probabilities.auc(truth, guess, weights) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@cases(60)
def test_macro_auc_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(3, 6))
    codes = np.concatenate([np.arange(classes), rng.integers(0, classes, 30)])
    guess = np.round(rng.random((len(codes), classes)), 1) + 0.01
    guess /= guess.sum(axis=1, keepdims=True)
    expected = reference.roc_auc_score(codes, guess, multi_class="ovr", average="macro")
    ours = probabilities.auc(np.eye(classes, dtype=np.uint8)[codes], guess, None)
    assert ours == pytest.approx(expected, rel=1e-9)


@cases(50)
def test_auc_of_several_marks_in_a_row_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.concatenate([[[0, 0, 0], [1, 1, 1]], rng.integers(0, 2, (30, 3))]).astype(np.uint8)
    guess = np.round(rng.normal(size=truth.shape), 1)
    expected = reference.roc_auc_score(truth, guess, average="macro")
    assert probabilities.auc(truth, guess, None) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("eps", [0.01, EPS, 1e-17, 1e-320])
def test_a_certainty_that_is_wrong_costs_what_the_clipping_says(eps: float) -> None:
    one, nothing = np.array([[1]], np.uint8), np.array([[0.0]])
    assert probabilities.log_loss(one, nothing, None, eps=eps) == pytest.approx(-math.log(eps), rel=1e-15)
    assert probabilities.log_loss(1 - one, 1 - nothing, None, eps=eps) == pytest.approx(
        -math.log(eps), rel=1e-15
    )


def test_rows_are_divided_by_their_sum_before_they_are_clipped() -> None:
    truth, guess = np.array([[1, 0, 0]], np.uint8), np.array([[0.5, 0.25, 0.25]]) / 5
    assert probabilities.log_loss(truth, guess, None, eps=0.4) == pytest.approx(math.log(2))


def test_a_constant_guess_has_half_the_area() -> None:
    truth, guess = np.array([[1], [0], [0]], np.uint8), np.full((3, 1), 0.3)
    assert probabilities.auc(truth, guess, None) == 0.5


@pytest.mark.parametrize("truth", [[[1], [1]], [[0], [0]], [[1, 0], [1, 1]]])
def test_an_area_without_both_kinds_is_the_hosts_error(truth: list[list[int]]) -> None:
    with pytest.raises(HostError, match="needs both kinds"):
        probabilities.auc_defined(np.array(truth, np.uint8), None)


def test_a_class_whose_rows_all_weigh_nothing_is_the_hosts_error() -> None:
    truth = np.array([[1], [0], [0]], np.uint8)
    with pytest.raises(HostError, match="needs both kinds"):
        probabilities.auc_defined(truth, np.array([0.0, 1.0, 1.0]))


@pytest.fixture(autouse=True)
def _quiet_reference() -> None:
    warnings.filterwarnings("ignore", module="sklearn")
