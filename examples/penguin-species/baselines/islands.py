"""A first baseline: every penguin is what most penguins of its island are.

Run it as `python islands.py DATA SUBMISSION`, with the folder of the data and the file to write.
"""

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path


def main(data: Path, submission: Path) -> None:
    """Reads the two tables, writes the submission."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for penguin in _rows(data / "train.csv"):
        seen[penguin["island"]][penguin["species"]] += 1
    with submission.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "species"])
        for penguin in _rows(data / "test.csv"):
            writer.writerow([penguin["id"], seen[penguin["island"]].most_common(1)[0][0]])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
