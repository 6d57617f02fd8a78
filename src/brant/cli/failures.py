"""Tells of a failure: on standard error, as JSON where JSON was asked for, and by its exit code."""

from collections.abc import Sequence
from itertools import pairwise

from brant.cli.output import clean
from brant.errors import BrantError, LocalFailure
from brant.redact import redact


def failure_of(error: Exception, *, verbose: bool) -> BrantError:
    """The error of the tree that `error` is, or that stands for it: this machine's failure, or our fault."""
    if isinstance(error, BrantError):
        return error
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return LocalFailure(error.strerror)
        return LocalFailure(f"{error.filename}: {error.strerror}; check the path and its permissions")
    how = "" if verbose else "; run it again with --verbose to see where"
    return BrantError(f"this is a fault in brant itself: {type(error).__name__}: {error}{how}")


def told(failure: BrantError, error: Exception, *, verbose: bool) -> str:
    """A line for each of the message's; with `verbose`, where an error that nobody foresaw arose, too."""
    lines = "".join(f"brant: {line}\n" for line in _lines(failure))
    if failure is error or not verbose:
        return lines
    from traceback import format_exception

    return redact("".join(format_exception(error))) + lines


def document(failure: BrantError) -> str:
    """The JSON document of a failed call."""
    import json

    error = {"code": failure.code, "message": "\n".join(_lines(failure))}
    return json.dumps({"error": error}, indent=2) + "\n"


def asks_for_json(argv: Sequence[str]) -> bool:
    """Whether `argv` has `--format json`, in any way of writing it, parsed or not."""
    for word, following in pairwise([*argv, ""]):
        name, equals, value = word.partition("=")
        if name.startswith("--j") and "--json".startswith(name):
            return True
        if name.startswith("--f") and "--format".startswith(name):
            wanted = value if equals else following
            if wanted.partition("(")[0].strip() == "json":
                return True
    return False


def _lines(failure: BrantError) -> list[str]:
    return [clean(line) for line in redact(failure.message).splitlines()]
