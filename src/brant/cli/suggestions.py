"""Words the complaint about an unknown command or option, with the near one where there is one."""

from collections.abc import Sequence


def unknown(what: str, word: str, known: Sequence[str], path: str) -> str:
    """One line for the unknown `word` below the command `path`: the nearest of `known`, or where to look."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    advice = f"did you mean {near[0]}?" if near else f"see {path} --help"
    return f"{path!r} has no {what} {word!r}; {advice}"
