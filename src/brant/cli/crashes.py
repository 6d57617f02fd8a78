"""What the interpreter itself says on standard error, of crashed threads and warnings, is filtered too."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from brant.redact import redact

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from threading import ExceptHookArgs


def filter_crashes() -> None:
    """From here on, whatever nobody catches passes the filter before it is shown."""
    import threading
    import warnings

    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _in_thread
    warnings.showwarning = _warned


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _show(_story(kind, error, trace))


def _in_thread(crash: "ExceptHookArgs") -> None:
    if crash.exc_type is not SystemExit:  # a thread's way to end itself
        name = crash.thread.name if crash.thread else "?"
        _show(f"Exception in thread {name}:\n{_story(crash.exc_type, crash.exc_value, crash.exc_traceback)}")


def _unraisable(crash: "UnraisableHookArgs") -> None:
    begin = f"{crash.err_msg or 'Exception ignored in'}: {crash.object!r}\n"
    _show(begin + _story(crash.exc_type, crash.exc_value, crash.exc_traceback))


def _warned(  # noqa: PLR0917  as `warnings` calls it
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    import warnings

    _show(warnings.formatwarning(message, category, filename, lineno, line), file)


def _story(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
    """The traceback, with those of the errors that led to it."""
    from traceback import format_exception

    return "".join(format_exception(kind, error, trace))


def _show(text: str, stream: TextIO | None = None) -> None:
    stream = stream or sys.stderr
    if stream is None:  # closed by the caller
        return
    try:
        stream.write(redact(text))
        stream.flush()
    except (OSError, ValueError):  # nobody can be told
        return
