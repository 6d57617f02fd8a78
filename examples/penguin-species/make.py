"""Makes the files of this competition out of examples/penguins: the same ones on every machine.

Run it as `python examples/penguin-species/make.py`. Which penguins are in the test set, and which of them
count for the public score, is decided by a hash of the individual; no random generator takes part.
"""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parent / "penguins" / "penguins.csv"
TRUTH = "species"
MEASURED = ("island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex")
SEED = "penguin species, first edition"
# Of 100 penguins.
TESTED = 40
PUBLIC = 40


def main() -> None:
    """Writes data/train.csv, data/test.csv, solution.csv and sample_submission.csv."""
    train, test = [], []
    for number, penguin in enumerate(_measured_penguins(), start=1):
        chance = _chance(number)
        (test if chance < TESTED else train).append({"id": number, **penguin, "chance": chance})
    commonest = "Adelie"
    public = TESTED * PUBLIC // 100
    _write(HERE / "data" / "train.csv", ("id", *MEASURED, TRUTH), train)
    _write(HERE / "data" / "test.csv", ("id", *MEASURED), test)
    _write(HERE / "sample_submission.csv", ("id", TRUTH), [{**one, TRUTH: commonest} for one in test])
    _write(
        HERE / "solution.csv",
        ("id", TRUTH, "Usage"),
        [{**one, "Usage": "Public" if one["chance"] < public else "Private"} for one in test],
    )


def _measured_penguins() -> list[dict[str, str]]:
    """Those that were measured, in an order that tells nothing of their species."""
    with SOURCE.open(newline="", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["bill_length_mm"] != "NA"]
    numbered = sorted(enumerate(found), key=lambda pair: _digest(f"order {pair[0]}"))
    return [row for _, row in numbered]


def _chance(number: int) -> int:
    """0 to 99, the same for the same penguin."""
    return int(_digest(f"split {number}"), 16) % 100


def _digest(text: str) -> str:
    return hashlib.sha256(f"{SEED}: {text}".encode()).hexdigest()


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
