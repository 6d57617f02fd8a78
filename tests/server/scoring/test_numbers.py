"""Metrics of numbers agree with scikit-learn and scipy, and with worked cases."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as reference

from brant.server.scoring.errors import HostError
from brant.server.scoring.metrics import numbers
from brant.server.scoring.metrics.sums import Weights, exact_sum
from tests.server.scoring.cases import cases


def draw(seed: int) -> tuple[np.ndarray, np.ndarray, Weights]:
    """One to three columns of positive numbers, with ties, of all sizes; weights in every other case."""
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(3, 60)), 1 + seed % 3
    scale = 10.0 ** rng.integers(-3, 6)
    truth, guess = np.round(rng.random((2, *shape)) * 20, seed % 4) * scale + scale
    truth[0] += scale  # differs from another row in every column
    truth[1] -= scale / 2
    return truth, guess, rng.random(shape[0]) + 0.01 if seed % 2 else None


@cases(60)
def test_errors_are_those_of_scikit_learn(seed: int) -> None:
    truth, guess, weights = draw(seed)
    for ours, theirs in (
        (numbers.mae, reference.mean_absolute_error),
        (numbers.rmse, reference.root_mean_squared_error),
        (numbers.rmsle, reference.root_mean_squared_log_error),
        (numbers.mape, reference.mean_absolute_percentage_error),
        (numbers.r2, reference.r2_score),
    ):
        expected = theirs(truth, guess, sample_weight=weights)
        assert ours(truth, guess, weights) == pytest.approx(expected, rel=1e-9), ours.__name__


@cases(60)
def test_rank_correlation_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, guess = rng.integers(0, 3 + seed % 40, (2, int(rng.integers(3, 80)))).astype(np.float64)
    truth[:2], guess[:2] = (0, 1), (1, 0)
    expected = stats.spearmanr(truth, guess).statistic
    assert numbers.spearman(truth[:, None], guess[:, None], None) == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


def test_rank_correlation_of_the_same_order_is_exactly_one() -> None:
    truth = np.array([[3.0], [1.0], [2.0], [2.0]])
    assert numbers.spearman(truth, truth**3, None) == 1
    assert numbers.spearman(truth, -truth, None) == -1


def test_a_constant_guess_has_no_rank_correlation() -> None:
    assert numbers.spearman(np.array([[1.0], [2.0]]), np.array([[5.0], [5.0]]), None) == 0


def test_perfect_numbers_get_the_best_score() -> None:
    truth = np.array([[0.1], [0.7], [123456.789]])
    for error in (numbers.mae, numbers.rmse, numbers.rmsle, numbers.mape):
        assert error(truth, truth, None) == 0
    assert numbers.r2(truth, truth, None) == 1


def test_a_truth_of_zero_has_no_percentage_error() -> None:
    with pytest.raises(HostError, match="truth is 0"):
        numbers.mape_defined(np.array([[1.0], [0.0]]), None)


def test_truths_that_are_all_the_same_have_no_variance_to_explain() -> None:
    with pytest.raises(HostError, match="all truths of a column are the same"):
        numbers.varied(np.array([[1.0, 0.1], [2.0, 0.1]]), None)
    with pytest.raises(HostError, match="all truths of a column are the same"):
        numbers.varied(np.array([[1.0], [2.0]]), np.array([1.0, 0.0]))


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1.0, 1e100])
def test_the_variance_that_is_explained_does_not_depend_on_the_unit(size: float) -> None:
    truth, guess = np.array([[1.0], [2.0], [6.0]]), np.array([[1.0], [3.0], [4.0]])
    # Squared errors 1 and 4, of those of the mean 4, 1 and 9; the smallest floats have few digits.
    expected = pytest.approx(1 - 5 / 14, rel=1e-3)
    assert numbers.r2(truth * size, guess * size, None) == expected
    assert numbers.r2(truth * size, guess * size, np.array([2.0, 2.0, 2.0])) == expected


def test_a_truth_that_does_not_count_has_no_part_in_the_variance() -> None:
    truth, guess = np.array([[0.0], [1e-150], [1e90]]), np.array([[0.0], [1e-150], [0.0]])
    weights = np.array([1.0, 1.0, 0.0])
    numbers.r2_defined(truth, weights)
    assert numbers.r2(truth, guess, weights) == 1


def test_truths_that_differ_by_less_than_floats_can_tell_are_the_hosts_error() -> None:
    with pytest.raises(HostError, match="differ too little"):
        numbers.r2_defined(np.array([[0.0], [1.0]]), np.array([1.0, 5e-324]))


def test_sums_do_not_depend_on_the_order() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=100_000) * 10.0 ** rng.integers(-9, 9, 100_000)
    assert exact_sum(values) == exact_sum(values[::-1]) == exact_sum(rng.permutation(values))
    assert exact_sum(np.array([1e100, 1.0, -1e100])) == 1
