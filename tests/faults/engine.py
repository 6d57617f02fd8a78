"""One call of the engine, as a job that this process or another one can do; and what came of it."""

import json
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, Self

from brant.errors import BrantError
from brant.transfer.http.pool import Pool, TransportSettings

_LONGEST_PAUSE: Final = 0.003
_SLEEP: Final = time.sleep


@dataclass(frozen=True, slots=True)
class Job:
    """What to do: addresses, the file or folder here, deadlines. `fresh`: ask there for a signed address."""

    what: Literal["download", "unpack", "upload", "program"]
    url: str
    place: str
    proxy: str | None = None
    tickets: tuple[str, ...] = ()
    sha256: str | None = None
    read_timeout: float = 10.0
    min_rate: float = 512.0
    rate_window: float = 30.0
    attempts: int = 8
    resume: bool = False
    file_limit: int | None = None
    seed: int = 0
    words: tuple[str, ...] = ()
    """Of a program: `brant` and its arguments, or `library` and the arguments of `brant.dataset_download`."""
    environ: tuple[tuple[str, str], ...] = ()

    def settings(self) -> TransportSettings:
        return TransportSettings(
            connect_timeout=10.0,
            read_timeout=self.read_timeout,
            min_rate=self.min_rate,
            rate_window=self.rate_window,
            http_proxy=self.proxy,
        )

    def address(self) -> str | Callable[[], str]:
        """The address, or a function that gives one signed address after the other, the last one for ever."""
        if not self.tickets:
            return self.url
        left = list(self.tickets)
        return lambda: left.pop(0) if len(left) > 1 else left[0]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields = json.loads(text)
        for name in ("tickets", "words"):
            fields[name] = tuple(fields[name])
        fields["environ"] = tuple(map(tuple, fields["environ"]))
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: "done", the name of an error class, or "killed"; and how many seconds it waited."""

    kind: str
    message: str = ""
    resumed_from: int = 0

    @property
    def done(self) -> bool:
        return self.kind == "done"


def perform(job: Job) -> Outcome:
    """Do it here and now. Any error that is not of our tree is the caller's to see."""
    with Pool(job.settings()) as pool:
        try:
            return Outcome("done", resumed_from=_do(job, pool))
        except BrantError as error:
            return Outcome(type(error).__name__, error.message)


def _do(job: Job, pool: Pool) -> int:
    from random import Random

    chance = Random(job.seed).random
    if job.what == "upload":
        from brant.transfer.upload import upload

        upload(
            pool,
            job.url,
            Path(job.place),
            attempts=job.attempts,
            sleep=pause,
            random=chance,
            resume=job.resume,
            answer_timeout=job.read_timeout,
        )
        return 0
    if job.what == "unpack":
        from brant.transfer.unpacking.remote import unpack

        unpack(
            pool,
            job.address(),
            Path(job.place),
            name="archive.zip",
            attempts=job.attempts,
            sleep=pause,
            random=chance,
        )
        return 0
    from brant.transfer.download import Expected, download

    done = download(
        pool,
        job.address(),
        Path(job.place),
        expected=Expected(sha256=job.sha256),
        attempts=job.attempts,
        sleep=pause,
        random=chance,
    )
    return done.resumed_from


def pause(seconds: float) -> None:
    """What waits between attempts become here."""
    _SLEEP(min(seconds, _LONGEST_PAUSE))


def limit_files(size: int) -> None:
    """From now on no file of this process can grow beyond `size`: how a full disk looks without one."""
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
