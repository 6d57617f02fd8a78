"""Tells of a failure: on standard error, as JSON where JSON was asked for, and by its exit code."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TextIO

from brant.cli.output import clean
from brant.errors import BrantError, LocalFailure, UsageError
from brant.redact import redact


def report(error: Exception, argv: Sequence[str], *, out: TextIO, err: TextIO) -> int:
    """Tells of `error`, which ended the call `argv`; returns the exit code."""
    verbose = "--verbose" in argv
    failure = error if isinstance(error, BrantError) else _failure(error, verbose=verbose)
    lines = [clean(line) for line in redact(failure.message).splitlines()]
    if verbose and not isinstance(error, UsageError):
        from traceback import format_exception

        err.write(redact("".join(format_exception(error))))
    err.write("".join(f"brant: {line}\n" for line in lines))
    if asks_for_json(argv):
        import json

        out.write(json.dumps({"error": {"code": failure.code, "message": "\n".join(lines)}}, indent=2) + "\n")
    return failure.exit_code


def asks_for_json(argv: Sequence[str]) -> bool:
    """Whether `argv` has `--format json`, in any way of writing it, parsed or not."""
    for word, following in pairwise([*argv, ""]):
        name, equals, value = word.partition("=")
        if name.startswith("--f") and "--format".startswith(name):
            wanted = value if equals else following
            if wanted.partition("(")[0].strip() == "json":
                return True
    return False


def _failure(error: Exception, *, verbose: bool) -> BrantError:
    """What stands for an error outside the tree: a failure of this machine, or a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return LocalFailure(f"{where}{error.strerror}")
    how = "" if verbose else "; run it again with --verbose to see where"
    return BrantError(f"this is a fault in brant itself: {type(error).__name__}: {error}{how}")
