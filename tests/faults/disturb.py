"""What happens to the files of a transfer between two runs, and what that may cost."""

from pathlib import Path
from random import Random
from typing import Final

from tests.faults.evidence import JOURNAL, PARTIAL, Begun, Held, read_journal
from tests.faults.stage import Watch

KINDS: Final = (
    "flip in the partial file",
    "flip in the journal",
    "torn journal",
    "shortened partial file",
    "flip in a finished file",
)


def disturb(chance: Random, kind: str, watch: Watch, held: Held) -> bool:
    """Do it to one of the files; False where there is none for it.

    `held` is a look from before; what this may cost is taken out of it.
    """
    if kind == "flip in a finished file":
        return _flip_finished(chance, watch, held)
    names = sorted(name for name, one in held.begun.items() if one.ranges)
    if not names:
        return False
    name = chance.choice(names)
    partial, journal = watch.folder / (name + PARTIAL), watch.folder / (name + JOURNAL)
    if kind == "flip in the journal":
        if _flip_journal(chance, journal, held.begun[name]):
            # Which object it is may stand there otherwise now: another one, for all that anyone knows.
            watch.may_shrink = True
        return True
    done = {
        "flip in the partial file": _flip_partial,
        "torn journal": _tear_journal,
        "shortened partial file": _shorten_partial,
    }[kind]
    done(chance, partial if "partial" in kind else journal, held.begun[name])
    return True


def _flip(path: Path, at: int, bits: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)[0]
        file.seek(at)
        file.write(bytes((old ^ bits,)))


def _flip_finished(chance: Random, watch: Watch, held: Held) -> bool:
    """Costs that file. Only where a checksum is at hand can a later run tell."""
    names = sorted(name for name, size in held.whole.items() if size)
    if not names or not watch.checks_finished:
        return False
    name = chance.choice(names)
    _flip(watch.folder / name, chance.randrange(held.whole[name]), 1 << chance.randrange(8))
    del held.whole[name]
    watch.spoiled.add(name)
    return True


def _flip_partial(chance: Random, partial: Path, one: Begun) -> None:
    """Costs the ranges that the bit is in."""
    within = chance.choice(one.ranges)
    at = chance.randrange(within.start, within.stop)
    _flip(partial, one.base + at, 1 << chance.randrange(8))
    for each in one.ranges:
        if each.start <= at < each.stop:
            one.right.remove(each.start, each.stop)


def _flip_journal(chance: Random, journal: Path, one: Begun) -> bool:
    """Costs what the lines said that the bit is in; True where one of them says which object it is."""
    raw = journal.read_bytes()
    at = chance.randrange(len(raw))
    number = raw.count(b"\n", 0, at)
    hit = {number, number + 1} if raw[at : at + 1] == b"\n" else {number}
    lines = read_journal(journal)
    _flip(journal, at, 1 << chance.randrange(8))
    for each in one.ranges:
        if each.line in hit:
            one.right.remove(each.start, each.stop)
    return any((lines[line] or {}).get("object") for line in hit if line < len(lines))


def _tear_journal(chance: Random, journal: Path, one: Begun) -> None:
    """The last line is there in part, as a power failure leaves it; it costs what that line said."""
    raw = journal.read_bytes()
    last = raw.rstrip(b"\n").rfind(b"\n") + 1
    number = raw.count(b"\n", 0, last)
    if b'"at"' not in raw[last:]:
        return
    with journal.open("r+b") as file:
        file.truncate(chance.randrange(last, len(raw)))
    for each in one.ranges:
        if each.line == number:
            one.right.remove(each.start, each.stop)


def _shorten_partial(chance: Random, partial: Path, one: Begun) -> None:
    """Costs every range that is no longer there whole."""
    size = chance.randrange(one.base + 1, partial.stat().st_size + 1)
    with partial.open("r+b") as file:
        file.truncate(size)
    for each in one.ranges:
        if one.base + each.stop > size:
            one.right.remove(each.start, each.stop)
