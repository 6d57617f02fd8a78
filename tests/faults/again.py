"""Repeats one run: python -m tests.faults.again SUITE SEED; tells what befell it."""

import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.stage import Stage
from tests.faults.suites import SUITES


def main(suite: str, seed: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with Stage() as stage, TemporaryDirectory() as folder:
        tally = SUITES[suite](int(seed), stage, Path(folder))
    logging.info("ended well: %s", tally)


if __name__ == "__main__":
    main(*sys.argv[1:])
