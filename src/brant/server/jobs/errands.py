"""Errands: what a worker asks of its scorer, and what comes back, as lines of JSON."""

from typing import Final, Literal

import msgspec

Ended = Literal["done", "died", "memory", "time"]

# What a custom metric may say, in characters; more is cut.
MOST_WORDS: Final = 2_000
MOST_DETAIL: Final = 16_000


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One file to score, or, without a `submission`, one solution to check. All paths are absolute.

    `seconds` is how long it may take, `memory` how many bytes it may need, its metric's sandbox apart.
    """

    solution: str
    metric: str
    parameters: dict[str, str]
    metric_code: str | None
    row_id_column: str
    public_percent: int
    split_seed: int
    max_bytes: int
    seconds: float
    memory: int
    submission: str | None = None
    file_name: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an errand.

    `ended` tells whether it ran to its end. Then there are scores or facts, or words for the participant, or
    words for the host with a detail, such as a traceback. Where it did not, `words` say why.
    """

    ended: Ended = "done"
    public: float | None = None
    private: float | None = None
    facts: dict[str, object] | None = None
    participant: str = ""
    host: str = ""
    detail: str = ""
    words: str = ""
