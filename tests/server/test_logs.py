"""No secret gets into a log, whoever writes the line: ours, a library, a warning, a traceback, a mistake."""

import subprocess
import sys

import pytest

from tests.ledger import issued
from tests.server.log_lines import CODE, COOKIE, KEY, KINDS, TOKEN


def log_of(kind: str) -> str:
    """What stands on standard error when such a line is written to every logger."""
    for secret in (KEY, CODE, COOKIE):
        issued(secret)
    command = [sys.executable, "-W", "always", "-m", "tests.server.log_lines", kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stdout
    return done.stderr


# What remains must still help whoever reads it.
REMAINS = {
    "a_request": ["ERROR GET /?state=1&code=***&signature=***"],
    "headers_in_arguments": ["headers [(b'cookie', '***'), (b'authorization', 'KGAT_***')]"],
    "an_error_with_its_cause": [
        "in _raise_from_another",
        "was the direct cause",
        "'Bearer ***'",
        "verifier=***",
    ],
    "an_error_group": ["many (2 sub-exceptions)", "ValueError: key=***", "ValueError: KGAT_***"],
    "a_line_that_cannot_be_formatted": ["log_lines.py:", "TypeError: %d format"],
    "a_line_that_cannot_be_made_text": ["log_lines.py:", "client_secret=***"],
    "a_warning": ["UserWarning: do not pass KGAT_*** here"],
    "a_task_that_nobody_waits_for": ["Task exception was never retrieved", "refresh_token=***"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_shows_no_secret_and_all_else(kind: str) -> None:
    shown = log_of(kind)
    for secret in (KEY, TOKEN, CODE, COOKIE):
        assert secret not in shown
    for words in REMAINS[kind]:
        assert words in shown
