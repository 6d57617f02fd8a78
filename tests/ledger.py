"""The ledger: every secret that a test makes is entered, every text that is put out is searched for them.

`issued` enters one; `tests.ledger_hooks` hears what processes, captured streams and errors say. What is
heard is searched when the test ends that caused it, then forgotten: memory holds one test's output at most.
"""

import os
import re
from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

SHORTEST: Final = 8
# As many letters of a secret are a leak, even where the rest was cut off.
_TELLING: Final = 16
_WINDOW: Final = 12
# More than this is searched at once instead of being kept until the test ends.
_KEPT_CHARACTERS: Final = 4 << 20
_EXCERPT: Final = 80

_TOKEN: Final = re.compile(r"KG[AR]T_[A-Za-z0-9_\-]{20,}")
_WORD: Final = re.compile(rf"[A-Za-z0-9_\-+/=]{{{_WINDOW},}}")
# Where an answer of a server holds a secret: in a field of JSON, in an address.
_GIVEN: Final = re.compile(
    r"(?:\"(?:token|key|code|(?:access|refresh)_?[tT]oken)\": ?\"|[?&](?:signature|code)=|/storage/uploads/)"
    r"([A-Za-z0-9_\-]{16,})"
)
_LONGEST_ANSWER: Final = 1 << 16


class Purpose(NamedTuple):
    """A command that may print a secret on standard output, since that is what it is for."""

    words: tuple[str, ...]
    why: str


PURPOSES: Final = (
    Purpose(("brant", "admin", "token"), "makes an access token and shows it this once"),
    Purpose(("brant", "admin", "key"), "makes a legacy key and shows it this once, as kaggle.json"),
    Purpose(("brant", "auth", "print-access-token"), "prints the access token of the login"),
    Purpose(("kaggle", "auth", "print-access-token"), "the official counterpart"),
)


class Source(NamedTuple):
    """Who said something, and where: the words of a command, and the stream."""

    words: tuple[str, ...]
    stream: str

    @property
    def is_its_purpose(self) -> bool:
        """Whether printing a secret there is what the command is for."""
        return self.stream in ("stdout", "terminal") and any(
            _begins(self.words, purpose.words) for purpose in PURPOSES
        )

    def __str__(self) -> str:
        return f"{' '.join(self.words)} ({self.stream})"


class Finding(NamedTuple):
    """A secret where it must not be; `where` and `excerpt` show none."""

    where: str
    excerpt: str


class Ledger:
    """The secrets of one test session, and what has been said since the last search. Threads may use it."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, set[str]] = {}
        self._others: set[str] = set()
        self._heard: deque[tuple[Source, str]] = deque()
        self._characters = 0
        self._followed: list[_Followed] = []
        self._early: list[Finding] = []

    def issued(self, secret: str, *, user: str | None = None) -> str:
        """Enters a token, key, password, code or cookie; with `user`, their Basic credentials too.

        Returns it. Raises ValueError for what is so short that it can be part of any word.
        """
        if len(secret) < SHORTEST:
            raise ValueError(f"{secret!r} has fewer than {SHORTEST} characters: tests need longer secrets")
        if _WORD.fullmatch(secret):
            self._by_beginning.setdefault(secret[:_WINDOW], set()).add(secret)
        else:
            self._others.add(secret)
        if user is not None:
            self.issued(b64encode(f"{user}:{secret}".encode()).decode())
        return secret

    def answered(self, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Enters the secrets that a server's answer gives: tokens, codes, signatures and cookies.

        The answer itself is no output: to give them is what it is for.
        """
        for name, value in headers:
            if name.lower() == "set-cookie":
                self._enter(value.partition(";")[0].partition("=")[2].strip('"'))
            elif name.lower() == "location":
                self._enter(*_GIVEN.findall(value))
        self._enter(*_GIVEN.findall(body[:_LONGEST_ANSWER].decode(errors="replace")))

    def _enter(self, *secrets: str) -> None:
        for secret in secrets:
            if len(secret) >= _TELLING:
                self.issued(secret)

    def hear(self, source: Source, said: str | bytes) -> None:
        """Takes in what was put out; pieces that one `source` object says are one text."""
        if not said:
            return
        self._heard.append((source, said if isinstance(said, str) else said.decode(errors="replace")))
        self._characters += len(said)
        if self._characters > _KEPT_CHARACTERS:
            self._early += self._search()

    def follow(self, source: Source, file: int) -> None:
        """Takes in what is going to be written to the open file of that number, from where it stands now."""
        self._followed.append(_Followed(source, file))

    def check(self) -> list[Finding]:
        """What was found in all that was heard since the last call, each once."""
        for followed in self._followed:
            self.hear(followed.source, followed.news())
        found, self._early = [*self._early, *self._search()], []
        return list(dict.fromkeys(found))

    def _search(self) -> list[Finding]:
        self._characters = 0
        # The pieces of one stream belong together: a secret may lie where they meet.
        streams: dict[int, tuple[Source, list[str]]] = {}
        while self._heard:
            source, piece = self._heard.popleft()
            streams.setdefault(id(source), (source, []))[1].append(piece)
        return [
            finding for source, pieces in streams.values() for finding in self._in(source, "".join(pieces))
        ]

    def _in(self, source: Source, text: str) -> Iterator[Finding]:
        if not source.is_its_purpose:
            for place, _ in self._secrets_in(text):
                yield Finding(self._hidden(str(source)), self._hidden(_around(text, place)))

    def _secrets_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Each secret in `text` with its place."""
        for token in _TOKEN.finditer(text):
            yield token.start(), token[0]
        for word in _WORD.finditer(text):
            run = word[0]
            for start in range(len(run) - _WINDOW + 1):
                for secret in self._by_beginning.get(run[start : start + _WINDOW], ()):
                    if run.startswith(secret[:_TELLING], start):
                        yield word.start() + start, run[start : start + len(secret)]
        for secret in self._others:
            if (place := text.find(secret)) >= 0:
                yield place, secret

    def _hidden(self, text: str) -> str:
        """`text` with every secret struck out, the longest first."""
        for secret in sorted({found for _, found in self._secrets_in(text)}, key=len, reverse=True):
            text = text.replace(secret, f"{secret[:5] if secret.startswith('KG') else ''}***")
        return text


class _Followed:
    """A file that a process writes to; its whole lines are read once each."""

    def __init__(self, source: Source, file: int) -> None:
        self.source = source
        # Through /proc, since what the process writes to may be open for writing alone.
        self._file = os.open(f"/proc/self/fd/{file}", os.O_RDONLY)
        self._read = os.lseek(file, 0, os.SEEK_CUR)

    def news(self) -> bytes:
        """What has been added, without an unfinished last line."""
        size = os.fstat(self._file).st_size
        if size <= self._read:
            return b""
        piece = os.pread(self._file, size - self._read, self._read)
        whole = piece[: piece.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole


def words_of(command: Any) -> tuple[str, ...]:
    """What Popen got, as a user thinks of it: `python -m brant x` and `/bin/brant x` are `brant x`."""
    parts = [command] if isinstance(command, str | bytes | os.PathLike) else command
    words = [os.fsdecode(part) for part in parts]
    if words[1:2] == ["-m"]:
        words = words[2:]
    return (Path(words[0]).name, *words[1:]) if words else ()


def _begins(words: Sequence[str], purpose: Sequence[str]) -> bool:
    """Whether `words` run the command of `purpose`: program first, then noun and verb side by side."""
    if words[:1] != (purpose[0],):
        return False
    rest, behind = tuple(purpose[1:]), tuple(words[1:])
    return any(behind[place : place + len(rest)] == rest for place in range(len(behind)))


def _around(text: str, place: int) -> str:
    """The line of `place`, and of that no more than helps to find it."""
    begin = max(text.rfind("\n", 0, place) + 1, place - _EXCERPT)
    end = text.find("\n", place)
    return text[begin : end if end >= 0 else len(text)][: 4 * _EXCERPT]


LEDGER: Final = Ledger()
"""The one of this session."""

issued = LEDGER.issued
