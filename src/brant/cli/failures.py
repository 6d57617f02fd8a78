"""Tells of a failure: on standard error, as JSON where JSON was asked for, and by its exit code."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TextIO

from brant.cli.output import clean
from brant.errors import BrantError, LocalFailure, UsageError
from brant.redact import redact


def tell(error: Exception, err: TextIO, *, verbose: bool) -> BrantError:
    """Tells of `error` on `err`, a line for each of its message's; with `verbose` where it arose, too.

    Returns the error of the tree that it is, or that stands for it.
    """
    failure = error if isinstance(error, BrantError) else _failure(error, verbose=verbose)
    if verbose and not isinstance(error, UsageError):
        from traceback import format_exception

        err.write(redact("".join(format_exception(error))))
    err.write("".join(f"brant: {line}\n" for line in _lines(failure)))
    return failure


def document(failure: BrantError) -> str:
    """The JSON document of a failed call."""
    import json

    error = {"code": failure.code, "message": "\n".join(_lines(failure))}
    return json.dumps({"error": error}, indent=2) + "\n"


def asks_for_json(argv: Sequence[str]) -> bool:
    """Whether `argv` has `--format json`, in any way of writing it, parsed or not."""
    for word, following in pairwise([*argv, ""]):
        name, equals, value = word.partition("=")
        if name.startswith("--f") and "--format".startswith(name):
            wanted = value if equals else following
            if wanted.partition("(")[0].strip() == "json":
                return True
    return False


def _lines(failure: BrantError) -> list[str]:
    return [clean(line) for line in redact(failure.message).splitlines()]


def _failure(error: Exception, *, verbose: bool) -> BrantError:
    """What stands for an error outside the tree: a failure of this machine, or a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return LocalFailure(f"{where}{error.strerror}")
    how = "" if verbose else "; run it again with --verbose to see where"
    return BrantError(f"this is a fault in brant itself: {type(error).__name__}: {error}{how}")
