"""Submissions that cannot be scored: every complaint names the row and the column, and never a truth."""

from pathlib import Path

import pytest

from tests.server.scoring.contest import Contest

GOOD = "id,t\n1,1.5\n2,2\n3,3\n"


@pytest.fixture
def contest(tmp_path: Path) -> Contest:
    """Three rows of numbers."""
    return Contest(tmp_path, "id,t\n1,71.25\n2,72.25\n3,73.25\n")


@pytest.mark.parametrize(
    ("submission", "words"),
    [
        ("id,t\n1,1\n2,2\n", 'ids that are missing: "3"'),
        ("id,t\n1,1\n2,2\n3,3\n4,4\n", 'ids that are not in the test set: row 5, column "id" ("4")'),
        (
            "id,t\n1,1\n2,2\n3,3\n2,2\n",
            'ids that stand there already (keep one row of each): row 5, column "id" ("2")',
        ),
        (
            "id,t\n1,1\n2,2\n03,3\n",
            'not in the test set: row 4, column "id" ("03"); ids that are missing: "3"',
        ),
        ("id,t\n1,1\n2,2\n ,3\n", 'not in the test set: row 4, column "id" (" ")'),
        ("id,t\n1,1\n,2\n3,3\n", 'rows without an id: row 3, column "id"'),
        ("id,t\n1,1\n2,two\n3,3\n", 'not a number: row 3, column "t" ("two")'),
        ("id,t\n1,1\n2,\n3,3\n", 'no value: row 3, column "t"'),
        ("id,t\n1,1\n2\n3,3\n", 'no value: row 3, column "t"'),
        ("id,t\n1,1\n2,NaN\n3,3\n", 'NaN: row 3, column "t" ("NaN")'),
        (
            "id,t\n1,1\n2,inf\n3,-Infinity\n",
            'infinite: row 3, column "t" ("inf"), row 4, column "t" ("-Infinity")',
        ),
        ("id,t\n1,1\n2,1e101\n3,3\n", 'above 1e+100: row 3, column "t" ("1e101")'),
        ("id,t\n1,1\n2,=1+1\n3,3\n", 'a formula, not a number: row 3, column "t" ("=1+1")'),
        ('id,t\n1,1\n2,"1,5"\n3,3\n', 'not a number: row 3, column "t" ("1,5")'),
        ("id,t\n1,1\n\n2,x\n3,3\n", 'not a number: row 4, column "t" ("x")'),
        ("id,t\n1,1\n2,2,2\n3,3\n", "more fields than the 2 of the header: row 3 (3)"),
        ("id,value\n1,1\n2,2\n3,3\n", 'lacks the column "t" and has columns that are not asked for: "value"'),
        ("1,9\n2,2\n3,3\n", 'lacks the columns "id", "t"'),
        ("id,t,u\n1,1,1\n2,2,2\n3,3,3\n", 'has columns that are not asked for: "u"'),
        ("id,t,t\n1,1,1\n", 'columns of the same name in row 1, the header: "t"'),
        ("id;t\n1;1\n", "separate the columns by commas"),
        ('id,""t\n1,1\n2,2\n3,3\n', "has a header that can be read in two ways"),
        ("id,t\n", "has a header, but no rows"),
        ("id,t", "has a header, but no rows"),
        ("\n\n", "is empty"),
        ("", "is empty"),
        (
            ",id,t\n0,1,1\n1,2,2\n2,3,3\n",
            'not asked for: ""; row 1, the header, must hold "id", "t" (pandas writes no',
        ),
        (
            GOOD.replace("\n", "\r"),
            "ends its lines by carriage returns alone: save it with the line ends of Unix",
        ),
        ("id,t\n1,1\r2,2\n3,3\n", "ends by a carriage return alone: row 2"),
        ('id,t\n1,1\n2,"2\n3,3\n', "is not valid CSV in row 3 (unexpected end of data): close each quote"),
        ('id,t\n1,1\n2,"2"x\n3,3\n', "is not valid CSV in row 3"),
        ('id,t\n1,1\n2,2"\n3,3\n', "quotes in a field that has none around it (put them there"),
        ('id,t\n"1","1"\n2,2"\n3,3\n', "write those in it twice): row 3. Rows"),
        ("id,t\n1,1\n2,2\n3,é\n".encode("latin-1"), "is not UTF-8 in line 4: save it as UTF-8"),
        (b"id,t\n1,\xe2\x82", "it ends within a character"),
        (GOOD.encode("utf-16"), "is UTF-16: save it as UTF-8"),
        (b"id,t\n1,\x00\n", "is binary (line 2 holds a zero byte)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is binary (line 3"),
        (b"PAR1\x15\x04", "is a Parquet file: write it as CSV"),
    ],
)
def test_what_is_wrong_is_told(contest: Contest, submission: str | bytes, words: str) -> None:
    told = contest.refusal(submission)
    assert words in told
    assert told.startswith("submission.csv")
    assert ".25" not in told


def test_what_is_good_is_scored(contest: Contest) -> None:
    assert contest.public(GOOD) > 0


def test_rows_are_counted_as_they_say(contest: Contest) -> None:
    assert "Rows are counted from 1, the header being row 1" in contest.refusal("id,t\n1,x\n2,2\n3,3\n")


def test_each_kind_is_told_with_its_first_ten(tmp_path: Path) -> None:
    rows = range(1, 31)
    contest = Contest(tmp_path, "id,t\n" + "".join(f"{row},0\n" for row in rows))
    told = contest.refusal("id,t\n" + "".join(f"{row},{'x' if row % 2 else 'nan'}\n" for row in rows))
    words, nans = told.split("; ")
    assert words.count("row ") == 10
    assert words.startswith('submission.csv: not a number: row 2, column "t" ("x"), row 4, column "t" ("x")')
    assert words.endswith('row 20, column "t" ("x") and 5 more')
    assert nans.count('("nan")') == 10
    assert " and 5 more. Rows" in nans


def test_the_first_ten_are_those_of_all_columns(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,a,b\n" + "".join(f"{row},0,0\n" for row in range(8)))
    told = contest.refusal("id,a,b\n" + "".join(f"{row},x,y\n" for row in range(8)))
    assert told.count('column "') == 10
    assert 'row 3, column "b" ("y") and 6 more. Rows' in told


def test_missing_and_unknown_ids_are_told_with_their_first_ten(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n" + "".join(f"{row},0\n" for row in range(100, 130)))
    told = contest.refusal("id,t\n" + "".join(f"{row},0\n" for row in range(200, 230)))
    assert 'row 2, column "id" ("200")' in told
    assert 'row 11, column "id" ("209") and 20 more' in told
    assert 'ids that are missing: "100", "101"' in told
    assert '"109" and 20 more' in told
    assert "110" not in told


def test_all_kinds_are_told_at_once(contest: Contest) -> None:
    told = contest.refusal("id,t\n1,x\n2,nan\n2,1\n9,=A1\n,1\n")
    for words in (
        'not a number: row 2, column "t" ("x")',
        'NaN: row 3, column "t" ("nan")',
        'stand there already (keep one row of each): row 4, column "id" ("2")',
        'a formula, not a number: row 5, column "t" ("=A1")',
        'not in the test set: row 5, column "id" ("9")',
        'rows without an id: row 6, column "id"',
        'ids that are missing: "3"',
    ):
        assert words in told


@pytest.mark.parametrize("none", ["", '""'])
def test_a_row_without_an_id_is_not_called_unknown_or_repeated(contest: Contest, none: str) -> None:
    told = contest.refusal(f"id,t\n1,1\n{none},2\n3,3\n{none},4\n")
    assert 'rows without an id: row 3, column "id", row 5, column "id"; ids that are missing: "2"' in told


def test_a_long_value_is_cut(contest: Contest) -> None:
    told = contest.refusal(f"id,t\n1,{'x' * 5000}\n2,2\n3,3\n")
    assert f'("{"x" * 39}…")' in told


@pytest.mark.parametrize(
    ("metric", "solution", "submission", "words"),
    [
        ("rmsle", "id,t\n1,1\n", "id,t\n1,-0.5\n", 'below 0: row 2, column "t" ("-0.5")'),
        ("log_loss", "id,t\n1,1\n", "id,t\n1,1.5\n", 'above 1: row 2, column "t" ("1.5")'),
        ("log_loss", "id,t\n1,a\n2,b\n", "id,a,b\n1,0,0\n2,1,0\n", "all probabilities are 0: row 2"),
        ("log_loss", "id,t\n1,a\n2,b\n", "id,t\n1,a\n2,b\n", 'lacks the columns "a", "b"'),
        ("brier", "id,t\n1,1\n", "id,t\n1,-0.1\n", 'below 0: row 2, column "t" ("-0.1")'),
        ("quadratic_weighted_kappa", "id,t\n1,1\n", "id,t\n1,1.5\n", 'not a whole number: row 2, column "t"'),
        ("quadratic_weighted_kappa", "id,t\n1,1\n", "id,t\n1,1e9\n", 'above 10000: row 2, column "t"'),
        ("accuracy", "id,t\n1,a\n", "id,t\n1,\n", 'no value: row 2, column "t"'),
        ("rmse", "id,a,b\n1,1,1\n", "id,b,a\n1,x,y\n", 'row 2, column "a" ("y"), row 2, column "b" ("x")'),
    ],
)
def test_each_metric_says_what_it_cannot_take(
    tmp_path: Path, metric: str, solution: str, submission: str, words: str
) -> None:
    assert words in Contest(tmp_path, solution, metric=metric).refusal(submission)


def test_a_column_is_named_in_one_line(tmp_path: Path) -> None:
    contest = Contest(tmp_path, 'id,"a\nb"\n1,1\n')
    assert 'not a number: row 2, column "a�b" ("x")' in contest.refusal('id,"a\nb"\n1,x\n')


def test_numbers_whose_score_cannot_be_written_are_the_participants(tmp_path: Path) -> None:
    contest = Contest(tmp_path, "id,t\n1,1e-100\n2,3e-100\n", metric="mape")
    assert contest.public("id,t\n1,1\n2,1\n") > 1e99
    for metric, truth in (("r2", "1e-140"), ("mape", "1e-300")):
        contest = Contest(tmp_path, f"id,t\n1,{truth}\n2,3e-140\n", metric=metric)
        assert "so far from any truth" in contest.refusal("id,t\n1,1e100\n2,1\n")
