"""The console script: answers `--version` at once, runs the command, turns every ending into an exit code."""

import sys
from collections.abc import Sequence

# As a shell counts a process that SIGINT or SIGPIPE ended.
_INTERRUPTED = 130
_READER_GONE = 141


def run() -> int:
    """The console script `brant`."""
    return main(sys.argv[1:])


def main(argv: Sequence[str]) -> int:
    """Runs `argv`, which lacks the program's name; returns the exit code (see `exit_codes`)."""
    try:
        code = _run(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _drop_output()
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


def _failed(error: Exception, argv: Sequence[str]) -> int:
    from brant.cli.failures import asks_for_json, document, tell

    failure = tell(error, sys.stderr, verbose="--verbose" in argv)
    try:
        if asks_for_json(argv):
            sys.stdout.write(document(failure))
        sys.stdout.flush()
    except OSError:  # standard output itself is what failed
        _drop_output()
    return failure.exit_code


def _drop_output() -> None:
    """Sends what is still buffered to nowhere, so that the interpreter's last flush stays quiet."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def hand_over(argv: Sequence[str]) -> int:
    """Runs a command of the server: the one line on the client side that knows it."""
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
