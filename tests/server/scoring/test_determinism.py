"""The same submission gets the same score to the last bit, whatever the order of rows and columns."""

import random
from pathlib import Path

import polars as pl
import pytest

from brant.server.scoring import ids
from tests.server.scoring.contest import Contest

ROWS = 400


def _number(rng: random.Random) -> str:
    return repr(rng.random() * 10 ** rng.randint(-6, 6) + 1e-9)


def _unit(rng: random.Random) -> str:
    return repr(rng.random())


def _label(rng: random.Random) -> str:
    return rng.choice("abcde")


def _list(rng: random.Random) -> str:
    return " ".join(rng.sample("abcdefgh", 5))


def _mask(rng: random.Random) -> str:
    return f"{rng.randint(1, 50)} {rng.randint(1, 50)} {rng.randint(200, 300)} {rng.randint(1, 99)}"


METRICS = [
    *((name, _number, _number) for name in ("mae", "rmse", "rmsle", "mape", "r2", "spearman")),
    *((name, _label, _label) for name in ("accuracy", "balanced_accuracy", "f_beta", "mcc")),
    *((name, lambda rng: rng.choice("01"), _unit) for name in ("log_loss", "brier", "auc")),
    ("quadratic_weighted_kappa", lambda rng: str(rng.randint(0, 9)), lambda rng: str(rng.randint(0, 9))),
    *((name, _list, _list) for name in ("map_at_k", "ndcg_at_k", "levenshtein")),
    *((name, _mask, _mask) for name in ("mask_iou", "mask_dice")),
]
WEIGHTED = {"mae", "rmse", "rmsle", "mape", "r2", "accuracy", "f_beta", "mcc", "log_loss", "brier", "auc"}


@pytest.mark.parametrize(("metric", "true", "guessed"), METRICS, ids=[each[0] for each in METRICS])
def test_scores_do_not_depend_on_the_order_of_rows(tmp_path: Path, metric, true, guessed) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(5)
    solution = [f"{row},{true(rng)},{rng.random()!r}\n" for row in range(ROWS)]
    guess = [f"{row},{guessed(rng)}\n" for row in range(ROWS)]
    weighted = metric in WEIGHTED
    if not weighted:
        solution = [row.rsplit(",", 1)[0] + "\n" for row in solution]
    contest = Contest(
        tmp_path,
        "",
        metric=metric,
        parameters={"weight_column": "w"} if weighted else {},
        public_percent=40,
    )
    found = set()
    for _ in range(4):
        contest.solution = ("id,t,w\n" if weighted else "id,t\n") + "".join(solution)
        found.add(contest.scores("id,t\n" + "".join(guess)))
        rng.shuffle(solution)
        rng.shuffle(guess)
    assert len(found) == 1


def test_rows_are_found_by_their_texts_where_hashes_do_not_tell_them_apart() -> None:
    wanted, there = pl.Series(["a", "b", "c"]), pl.Series(["c", "a", "b"])
    joined = ids._joined(wanted, there)
    assert joined is not None
    assert joined.tolist() == [1, 2, 0]
    assert ids._joined(wanted, pl.Series(["c", "a", "a"])) is None


def test_scores_do_not_depend_on_the_order_of_columns(tmp_path: Path) -> None:
    rng = random.Random(5)
    rows = [(str(row), *(_unit(rng) for _ in range(3))) for row in range(50)]
    truth = "id,t\n" + "".join(f"{row},{'abc'[row % 3]}\n" for row in range(50))
    contest = Contest(tmp_path, truth, metric="log_loss")
    one = "id,a,b,c\n" + "".join(",".join(row) + "\n" for row in rows)
    other = "c,b,a,id\n" + "".join(",".join(reversed(row)) + "\n" for row in rows)
    assert contest.public(one) == contest.public(other)
