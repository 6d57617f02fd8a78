"""Solutions: what is found in one, how it is split, and what of it is the host's error."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from brant.server.scoring.errors import HostError
from brant.server.scoring.splitting import _smallest, by_seed
from tests.server.scoring.contest import Contest


def test_what_is_found_is_told(tmp_path: Path) -> None:
    contest = Contest(
        tmp_path, "row,t,Usage\n1,a,Public\n2,b,Private\n3,a,Private\n4,,Ignored\n", metric="accuracy"
    )
    assert contest.check() == {
        "row_id_column": "row",
        "columns": ["row", "t", "Usage"],
        "total_rows": 4,
        "public_rows": 1,
        "private_rows": 2,
        "required": [["row", "row id"], ["t", "label"]],
    }


def test_a_column_for_each_label_is_asked_for(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n1,cat\n2,dog\n3,bat\n", metric="log_loss")
    required = contest.check()["required"]
    assert required == [["id", "row id"], *([name, "probability"] for name in ("bat", "cat", "dog"))]


def test_labels_of_rows_that_do_not_count_ask_for_nothing(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t,Usage\n1,cat,Public\n2,dog,Private\n3,eel,Ignored\n", metric="log_loss")
    assert [name for name, _ in contest.check()["required"]] == ["id", "cat", "dog"]


def test_usage_splits_in_any_case_of_letters(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t,uSAGE\n1,1,PUBLIC\n2,1,private\n3,x, ignored \n", metric="mae")
    assert contest.scores("id,t\n1,2\n2,4\n3,9\n") == (1, 3)


def test_rows_that_are_ignored_must_be_there_and_right_in_form(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t,Usage\n1,1,Public\n2,1,Ignored\n", metric="mae")
    assert contest.scores("id,t\n1,2\n2,4\n") == (1, None)
    assert 'ids that are missing: "2"' in contest.refusal("id,t\n1,2\n")
    assert "not a number: row 3" in contest.refusal("id,t\n1,2\n2,x\n")


def test_rows_that_are_ignored_leave_the_others_their_own_truth(tmp_path: Path) -> None:
    solution = "id,t,Usage,w\n1,?,Ignored,?\n2,20,Public,1\n3,?,Ignored,\n4,40,Private,3\n5,50,Private,1\n"
    contest = Contest(tmp_path, solution, metric="mae", parameters={"weight_column": "w"})
    assert contest.scores("id,t\n5,54\n4,40\n3,0\n2,22\n1,0\n") == (2, 1)


def test_a_solution_may_come_packed_and_with_the_id_in_another_column(tmp_path: Path) -> None:
    packed = gzip.compress(b"\xef\xbb\xbft,id\r\n1,a\r\n2,b\r\n")
    contest = Contest(tmp_path, packed, metric="mae", row_id_column="id")
    assert contest.public(gzip.compress(b"id,t\nb,2\na,2\n")) == 0.5


@pytest.mark.parametrize("percent", [0, 1, 30, 50, 99, 100])
def test_a_seeded_split_has_the_share_that_was_asked_for(percent: int) -> None:
    ids = pl.Series([str(each) for each in range(200)]).sort()
    split = by_seed(ids, 7, percent)
    assert len(split.public) == 2 * percent
    assert sorted([*split.public, *split.private]) == list(range(200))


@pytest.mark.parametrize(("percent", "public"), [(0, 0), (1, 1), (99, 2), (100, 3)])
def test_both_parts_of_a_seeded_split_have_a_row_where_both_are_wanted(percent: int, public: int) -> None:
    assert len(by_seed(pl.Series(["a", "b", "c"]), 7, percent).public) == public


def test_a_seeded_split_differs_by_seed_and_is_the_same_for_ever() -> None:
    ids = pl.Series([str(each) for each in range(10)])
    assert [by_seed(ids, seed, 50).public.tolist() for seed in (0, 1, 2**63 - 1)] == [
        [1, 2, 4, 5, 9],
        [1, 6, 7, 8, 9],
        [0, 2, 5, 8, 9],
    ]


def test_of_two_keys_that_are_the_same_the_first_is_public() -> None:
    keys = np.array([3, 1, 2, 1, 1, 0], np.uint64)
    drawn = [np.flatnonzero(_smallest(keys, count)).tolist() for count in range(7)]
    assert drawn == [[], [5], [1, 5], [1, 3, 5], [1, 3, 4, 5], [1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]]


def test_a_seeded_split_does_not_follow_the_order_of_ids() -> None:
    public = np.concatenate(
        [by_seed(pl.Series(map(str, range(1000, 2000))), s, 50).public for s in range(20)]
    )
    assert 480 < public.mean() < 520
    counts = np.bincount(public, minlength=1000)
    assert 2 < counts.std() < 2.5  # that of 20 tosses of a coin is 2.24


def test_a_seeded_split_stays_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = [f"{each},{each % 7}\n" for each in range(100)]
    guess = "id,t\n" + "".join(f"{each},3\n" for each in range(100))
    scores = {
        Contest(tmp_path, "id,t\n" + "".join(order), public_percent=30).scores(guess)
        for order in (rows, rows[::-1], rows[50:] + rows[:50])
    }
    assert len(scores) == 1


@pytest.mark.parametrize(
    ("solution", "metric", "words"),
    [
        ("", "mae", "the solution is empty"),
        ("id\n1\n", "mae", "no column beside the row id"),
        ("id,Usage\n1,Public\n", "mae", "no column beside the row id"),
        ("id,t\n", "mae", "no rows"),
        ("id,t\n1,1\n1,2\n", "mae", 'stand there already (keep one row of each): row 3, column "id" ("1")'),
        (
            "id,t\n1,1\n1.0,2\n",
            "mae",
            'stand there already (keep one row of each): row 3, column "id" ("1.0")',
        ),
        ("id,t\n1,1\n,2\n", "mae", 'rows without an id: row 3, column "id"'),
        ("id,t\n3,1\n,2\n2,2\n1,1\n", "mae", 'rows without an id: row 3, column "id". Rows'),
        (
            "id,t\n3,1\n2,2\n3,2\n1,1\n",
            "mae",
            'stand there already (keep one row of each): row 4, column "id" ("3")',
        ),
        ("id,t\n1,1\n2,x\n", "mae", 'not a number: row 3, column "t" ("x")'),
        ("id,t,Usage\n1,1,Public\n2,1,Secret\n", "mae", 'row 3, column "Usage" ("Secret")'),
        ("id,t,Usage\n1,1,Public\n2,1,\n", "mae", "neither Public nor Private nor Ignored: row 3"),
        ("id,t,Usage\n1,1,Ignored\n", "mae", "no row that is Public or Private"),
        (
            "id,a,b\n1,x,y\n",
            "accuracy",
            'has 2 columns beside the row id, but this metric needs one: "a", "b"',
        ),
        ("id,t\n1,\n", "accuracy", 'no value: row 2, column "t"'),
        ("id,a,b\n1,1,1\n", "log_loss", "not exactly one column is 1: row 2"),
        ("id,a,b\n1,1,2\n", "auc", 'neither 0 nor 1: row 2, column "b" ("2")'),
        ("id,t\n1,1\n2,1\n", "auc", "among the public rows of the solution a class has no row"),
        ("id,t,Usage\n1,1,Public\n2,0,Public\n3,0,Private\n", "auc", "among the private rows"),
        ("id,t\n1,1\n2,0\n", "mape", "a truth is 0"),
        ("id,t\n1,-1\n", "rmsle", 'below 0: row 2, column "t" ("-1")'),
        ("id,t\n1,1\n2,1\n", "r2", "all truths of a column are the same"),
        ("id,t\n1,1\n2,1\n", "spearman", "all truths of a column are the same"),
        ("id,t\n1,a b\n2,\n", "map_at_k", "no true item"),
        ("id,t\n1,a b\n2,b:0\n", "ndcg_at_k", "no true item"),
        ("id,t\n1,5 1 5 2\n", "mask_iou", 'overlap, or are not in order: row 2, column "t"'),
        ("id,t\n1,1\n", "no_such", 'no metric "no_such"'),
        ("id,t\n1,id\n2,x\n", "log_loss", 'has the label "id", which is also the name of its row id column'),
    ],
)
def test_a_solution_that_cannot_be_used_is_the_hosts_error(
    tmp_path: Path, solution: str, metric: str, words: str
) -> None:
    assert words in Contest(tmp_path, solution, metric=metric).complaint()


def test_a_row_id_may_be_called_usage(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "Usage,t,usage\n7,1,Public\n8,2,Private\n", metric="mae")
    assert contest.scores("Usage,t\n7,2\n8,4\n") == (1, 2)


def test_a_row_id_column_that_is_not_there_is_the_hosts_error(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n1,1\n", row_id_column="key")
    assert 'has no column "key" for the row id: it has "id", "t"' in contest.complaint()


def test_a_parameter_that_cannot_be_is_the_hosts_error(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n1,a\n", metric="f_beta", parameters={"beta": "-1"})
    assert "beta of f_beta cannot be" in contest.complaint()


def test_weights_are_a_column_of_the_solution_alone(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t,w\n1,1,3\n2,1,1\n", metric="mae", parameters={"weight_column": "w"})
    assert contest.public("id,t\n1,1\n2,5\n") == 1
    assert [name for name, _ in contest.check()["required"]] == ["id", "t"]
    contest.solution = "t,Usage,w,id\n1,Private,1,b\n1,Public,3,a\n1,Private,9,c\n"
    contest.row_id_column = "id"
    assert contest.scores("id,t\nc,2\na,5\nb,12\n") == (4, 2)


@pytest.mark.parametrize("weight", ["5e-324", "1e-200", "1e100"])
@pytest.mark.parametrize("metric", ["mcc", "auc", "log_loss", "brier", "accuracy", "mae", "r2"])
def test_weights_count_by_their_share_alone(tmp_path: Path, metric: str, weight: str) -> None:
    solution = "id,t,w\n1,0,W\n2,1,W\n3,1,W\n4,0,W\n"
    guess = "id,t\n1,0\n2,1\n3,1\n4,1\n"
    light = Contest(tmp_path, solution.replace("W", weight), metric, parameters={"weight_column": "w"})
    assert light.public(guess) == pytest.approx(
        Contest(tmp_path, solution.replace(",W", "").replace(",w", ""), metric).public(guess), rel=1e-12
    )


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        ("id,t\n1,1\n", 'no column "w"'),
        ("id,t,w\n1,1,-1\n", 'below 0: row 2, column "w"'),
        ("id,t,w\n1,1,0\n", 'only 0 in its column "w"'),
        ("id,w\n1,1\n", "no column beside the row id and the weight"),
    ],
)
def test_weights_that_cannot_be_are_the_hosts_error(tmp_path: Path, solution: str, words: str) -> None:
    contest = Contest(tmp_path, solution, metric="mae", parameters={"weight_column": "w"})
    assert words in contest.complaint()


def test_a_host_error_that_only_scoring_meets_is_no_fault_of_the_participant(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n1,1\n2,1\n", metric="r2")
    with pytest.raises(HostError, match="all truths"):
        contest.scores("id,t\n1,1\n2,2\n")
