"""Logs: what the server writes to standard error, each line through the filter for secrets."""

import logging
import sys

from brant.redact import redact


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes the secrets out of the result."""

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines for `record`."""
        return redact(super().format(record))


def start_logging(*, verbose: bool) -> None:
    """Warnings and errors, and with `verbose` one line for each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("brant").setLevel(logging.INFO if verbose else logging.WARNING)
    # What matters of it is logged by `edge.errors`; the rest is the noise of scanners and of stops.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
