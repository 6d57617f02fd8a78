"""Whatever is sent, it is scored or refused in words: a good file with pieces put in and left out."""

import random
from pathlib import Path

import pytest

from brant.server.scoring.errors import ParticipantError
from tests.server.scoring.contest import Contest

ROWS = 20
PIECES = [
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b",",
        b'"',
        b'""',
        b"\xff",
        b"\xef\xbb\xbf",
        b"\0",
        b" ",
        b"\t",
        b";",
        b"\xe2\x80\xa8",
    ),
    *(
        b"nan",
        b"-",
        b"1e999",
        b"=",
        b"99999999999999999999",
        b"0x1",
        b"id",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"1:2",
    ),
    b"9223372036854775807 9223372036854775807",
]
ANSWERS = {
    "rmse": "{0}.5",
    "spearman": "{0}.5",
    "quadratic_weighted_kappa": "{0}",
    "accuracy": "x{0}",
    "mask_iou": "1{0} 3",
    "levenshtein": "x{0}",
    "ndcg_at_k": "x{0} y",
}


@pytest.mark.parametrize("metric", ANSWERS)
def test_any_file_is_scored_or_refused_in_words(tmp_path: Path, metric: str) -> None:
    good = "id,t\n" + "".join(f"{row},{ANSWERS[metric].format(row)}\n" for row in range(ROWS))
    contest = Contest(tmp_path, good, metric=metric, public_percent=50)
    rng = random.Random(metric)
    refused = 0
    for _ in range(60):
        spoilt = bytearray(good.encode())
        for _ in range(rng.choice([1, 1, 2, 5])):
            place = rng.randrange(len(spoilt) + 1)
            if rng.random() < 0.6:
                spoilt[place:place] = rng.choice(PIECES)
            else:
                del spoilt[place : place + rng.randrange(1, 20)]
        try:
            contest.scores(bytes(spoilt))
        except ParticipantError as error:
            refused += 1
            assert error.message.startswith("submission.csv")
            assert error.message.isprintable()
    assert refused > 20
