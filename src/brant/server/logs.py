"""Logs: what the server writes to standard error, each line through the filter for secrets."""

import logging
import sys
from traceback import format_exc
from typing import TextIO

from brant.redact import redact


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes the secrets out of the result."""

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines for `record`."""
        return redact(super().format(record))


class RedactingHandler(logging.StreamHandler[TextIO]):
    """Writes to standard error. A record that cannot be written is told of without what it holds."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """As logging does, but its arguments stay out, and the traceback passes the filter."""
        try:
            sys.stderr.write(
                redact(f"a log line of {record.pathname}:{record.lineno} failed\n{format_exc()}")
            )
        except (OSError, ValueError, AttributeError):  # nobody can be told
            return


def start_logging(*, verbose: bool) -> None:
    """Warnings and errors, and with `verbose` one line for each request."""
    root = logging.getLogger()
    root.handlers[:] = [RedactingHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.getLogger("brant").setLevel(logging.INFO if verbose else logging.WARNING)
    # What matters of it is logged by `edge.errors`; the rest is the noise of scanners and of stops.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
