"""The catalogue: every metric is declared and computed, and declaring it loads nothing heavy."""

import subprocess
import sys

import pytest

from brant.errors import InvalidInput
from brant.server.scoring.catalogue import METRICS, check_parameters
from brant.server.scoring.measures import MEASURES


def test_what_is_declared_is_what_is_computed() -> None:
    assert set(METRICS) == set(MEASURES)
    assert "custom" not in METRICS


@pytest.mark.parametrize("name", METRICS)
def test_every_declaration_is_whole(name: str) -> None:
    info = METRICS[name]
    assert info.name == name
    assert all((info.title, info.description, info.file_format, info.source))
    assert set(check_parameters(name, {})) == {each.name for each in info.parameters}
    assert all(each.description and isinstance(each.default, str) for each in info.parameters)


def test_directions_are_those_of_the_measures() -> None:
    lower = {"log_loss", "brier", "mae", "rmse", "rmsle", "mape", "levenshtein"}
    assert {name for name, info in METRICS.items() if not info.higher_is_better} == lower


def test_parameters_are_given_as_texts() -> None:
    given = {"beta": "0.5", "average": "binary", "positive": "yes"}
    assert check_parameters("f_beta", given) == {
        "beta": 0.5,
        "average": "binary",
        "positive": "yes",
        "weight_column": "",
    }
    assert check_parameters("map_at_k", {"k": "12"}) == {"k": 12}


@pytest.mark.parametrize(
    ("metric", "given", "words"),
    [
        ("fbeta", {}, 'no metric "fbeta": choose one of accuracy, '),
        ("custom", {}, 'no metric "custom"'),
        ("mae", {"k": "1"}, 'mae has no parameter "k": it has weight_column'),
        ("levenshtein", {"k": "1"}, "it has none"),
        ("map_at_k", {"k": "0"}, 'k of map_at_k cannot be "0": give a whole number from 1 to 1000'),
        ("map_at_k", {"k": "five"}, "give a whole number from 1 to 1000"),
        ("f_beta", {"beta": "nan"}, "give a number between 0 and 1000"),
        ("f_beta", {"average": "mean"}, "give one of macro, binary, micro, weighted"),
        ("log_loss", {"eps": "0.5"}, "give a number between 0 and 0.5"),
    ],
)
def test_a_parameter_that_cannot_be_is_told_with_what_can(
    metric: str, given: dict[str, str], words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_parameters(metric, given)
    assert words in refused.value.message


def test_declarations_and_errors_load_nothing_heavy() -> None:
    program = (
        "import sys, brant.server.scoring.catalogue, brant.server.scoring.errors\n"
        "print(sorted({'numpy', 'polars', 'rapidfuzz', 'sqlalchemy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
