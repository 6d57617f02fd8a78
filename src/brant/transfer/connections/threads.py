"""Starts a thread, or says what to do where this machine lets no more of them start."""

from threading import Thread

from brant.errors import LocalFailure


def begin(thread: Thread) -> None:
    """Start it. Raises LocalFailure."""
    try:
        thread.start()
    except RuntimeError as error:
        raise LocalFailure(
            "This machine lets no more threads start; end other programs, or raise the limit (ulimit -u)."
        ) from error
