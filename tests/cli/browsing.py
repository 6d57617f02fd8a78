"""The browser of these tests, a program of its own: opens an address, and consents as who it is told to be.

As BROWSER it is what the standard library opens. With CONSENT_NAME and CONSENT_PASSWORD it signs in first.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
AS_VARIABLE = f"{sys.executable} {__file__} %s"


def consented(address: str, name: str | None = None, password: str | None = None) -> str:
    """Where the browser ends up: the address with the code."""
    from tests.oauth_clients.browser import Away, Browser

    parts = urlsplit(address)
    browser = Browser(f"{parts.scheme}://{parts.netloc}")
    shown = browser.open(address)
    if name is not None and not isinstance(shown, Away):
        shown = browser.press(shown, "Sign in", name=name, password=str(password))
        if not isinstance(shown, Away):
            shown = browser.press(shown, "Allow")
    return shown.address


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    # A page that says no is a page: the browser itself has not failed.
    with suppress(HTTPError):
        consented(sys.argv[1], os.environ.get("CONSENT_NAME"), os.environ.get("CONSENT_PASSWORD"))
