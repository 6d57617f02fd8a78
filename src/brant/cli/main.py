"""The console script: answers `--version` at once, runs the command, turns every ending into an exit code."""

import gc
import sys
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

# As a shell counts a process that SIGINT or SIGPIPE ended.
_INTERRUPTED = 130
_READER_GONE = 141
_OBJECTS = 50_000


def run() -> int:
    """The console script `brant`."""
    # What a command makes is in use until it ends: to look for garbage cost a quarter of an idle command.
    gc.set_threshold(_OBJECTS)
    try:
        return main(sys.argv[1:])
    finally:
        gc.freeze()


def main(argv: Sequence[str]) -> int:
    """Runs `argv`, which lacks the program's name; returns the exit code (see `exit_codes`)."""
    _fill_closed_streams()
    try:
        code = _run(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _drop(sys.stdout)
        return _READER_GONE
    except Exception as error:  # noqa: BLE001  the one place where a fault of ours becomes a line and an exit code
        return _failed(error, argv)
    return code


def _run(argv: Sequence[str]) -> int:
    # Nothing but the version itself is imported for this answer: start-up time is a feature.
    if argv and argv[0] in ("-v", "--version"):
        from brant._version import VERSION

        sys.stdout.write(f"brant {VERSION}\n")
        return 0
    from brant.cli.dispatch import dispatch

    try:
        return dispatch(argv)
    except SystemExit as done:  # argparse ends this way after --help
        return done.code if isinstance(done.code, int) else 0


def _fill_closed_streams() -> None:
    """What the caller closed (`>&-`) swallows what is written; no file of ours gets its number."""
    if sys.stdout is None or sys.stderr is None:
        import os

        sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _failed(error: Exception, argv: Sequence[str]) -> int:
    from brant.cli.failures import asks_for_json, document, failure_of, told

    verbose = "--verbose" in argv
    failure = failure_of(error, verbose=verbose)
    try:
        sys.stderr.write(told(failure, error, verbose=verbose))
    except OSError:  # nobody can be told; the exit code still says it
        _drop(sys.stderr)
    try:
        if asks_for_json(argv):
            sys.stdout.write(document(failure))
        sys.stdout.flush()
    except OSError:  # standard output itself is what failed
        _drop(sys.stdout)
    return failure.exit_code


def _drop(stream: "TextIO") -> None:
    """Sends what is still buffered to nowhere, so that the interpreter's last flush stays quiet."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def hand_over(argv: Sequence[str]) -> int:
    """Runs a command of the server: the one line on the client side that knows it."""
    from brant.cli.crashes import filter_crashes

    filter_crashes()
    try:
        from brant.server.main import main as server

        return server(argv)
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package == "brant":
            raise
        from brant.errors import LocalFailure

        raise LocalFailure(
            f"{argv[0]} needs the server's packages ({package} is missing): pip install 'brant[server]'"
        ) from None
