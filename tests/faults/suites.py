"""Every kind of seeded run by the name that it is asked for with."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.faults import datasets, downloads, unpacks, uploads
from tests.faults.stage import Stage, Tally

Run = Callable[[int, Stage, Path], Tally]

SUITES: Final[dict[str, Run]] = {
    "download": downloads.run,
    "killed-download": partial(downloads.run, kill=True),
    "unpack": unpacks.run,
    "killed-unpack": partial(unpacks.run, kill=True),
    "stream": partial(unpacks.run, stream=True),
    "killed-stream": partial(unpacks.run, kill=True, stream=True),
    "program": datasets.run,
    "killed-program": partial(datasets.run, kill=True),
    "upload": uploads.run,
    "killed-upload": partial(uploads.run, kill=True),
}
