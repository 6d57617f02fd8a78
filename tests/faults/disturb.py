"""What happens to the files of an unfinished transfer between two runs, and what that may cost."""

from pathlib import Path
from random import Random
from typing import Final

from tests.faults.evidence import JOURNAL, PARTIAL, Held, read_journal

KINDS: Final = ("flip in the partial file", "flip in the journal", "torn journal", "shortened partial file")


def disturb(chance: Random, kind: str, folder: Path, held: Held) -> bool:
    """Do it to one of the unfinished files; False where there is none.

    `held` is a look from before; what this may cost is taken out of it.
    """
    names = sorted(name for name, one in held.begun.items() if one.ranges)
    if not names:
        return False
    name = chance.choice(names)
    partial, journal = folder / (name + PARTIAL), folder / (name + JOURNAL)
    {
        KINDS[0]: _flip_partial,
        KINDS[1]: _flip_journal,
        KINDS[2]: _tear_journal,
        KINDS[3]: _shorten_partial,
    }[kind](chance, name, partial, journal, held)
    return True


def _flip(path: Path, at: int, bits: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)[0]
        file.seek(at)
        file.write(bytes((old ^ bits,)))


def _flip_partial(chance: Random, name: str, partial: Path, journal: Path, held: Held) -> None:
    """Costs the ranges that the bit is in."""
    one = held.begun[name]
    within = chance.choice(one.ranges)
    at = chance.randrange(within.start, within.stop)
    _flip(partial, one.base + at, 1 << chance.randrange(8))
    for each in one.ranges:
        if each.start <= at < each.stop:
            one.right.remove(each.start, each.stop)


def _flip_journal(chance: Random, name: str, partial: Path, journal: Path, held: Held) -> None:
    """Costs what the lines said that the bit is in; everything, where that is which object it is."""
    raw = journal.read_bytes()
    at = chance.randrange(len(raw))
    number = raw.count(b"\n", 0, at)
    hit = {number, number + 1} if raw[at : at + 1] == b"\n" else {number}
    lines = read_journal(journal)
    _flip(journal, at, 1 << chance.randrange(8))
    if any((lines[line] or {}).get("object") for line in hit if line < len(lines)):
        del held.begun[name]
        return
    one = held.begun[name]
    for each in one.ranges:
        if each.line in hit:
            one.right.remove(each.start, each.stop)


def _tear_journal(chance: Random, name: str, partial: Path, journal: Path, held: Held) -> None:
    """The last line is there in part, as a power failure leaves it; it costs what that line said."""
    raw = journal.read_bytes()
    last = raw.rstrip(b"\n").rfind(b"\n") + 1
    number = raw.count(b"\n", 0, last)
    if '"object"' in raw[last:].decode("latin-1"):
        return
    with journal.open("r+b") as file:
        file.truncate(chance.randrange(last, len(raw)))
    one = held.begun[name]
    for each in one.ranges:
        if each.line == number:
            one.right.remove(each.start, each.stop)


def _shorten_partial(chance: Random, name: str, partial: Path, journal: Path, held: Held) -> None:
    """Costs every range that is no longer there whole."""
    one = held.begun[name]
    size = chance.randrange(one.base + 1, partial.stat().st_size + 1)
    with partial.open("r+b") as file:
        file.truncate(size)
    for each in one.ranges:
        if one.base + each.stop > size:
            one.right.remove(each.start, each.stop)
