"""The browser of these tests, a program of its own: opens an address, and consents as who it is told to be.

As BROWSER it is what the standard library opens. With CONSENT_NAME and CONSENT_PASSWORD it signs in first,
and then presses CONSENT_BUTTON.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.oauth_clients.browser import Away, Page

ROOT = Path(__file__).parents[2]
AS_VARIABLE = f"{sys.executable} {__file__} %s"


def consented(
    address: str, name: str | None = None, password: str | None = None, button: str = "Allow"
) -> "Page | Away":
    """Where the browser ends up."""
    from tests.oauth_clients.browser import Browser, Page

    parts = urlsplit(address)
    browser = Browser(f"{parts.scheme}://{parts.netloc}")
    shown = browser.open(address)
    if name is not None:
        assert isinstance(shown, Page), shown
        shown = browser.press(shown, "Sign in", name=name, password=str(password))
        assert isinstance(shown, Page), shown
        shown = browser.press(shown, button)
    return shown


def shown_code(address: str, name: str, password: str) -> str:
    """The code that the page shows at the end."""
    page = consented(address, name, password)
    found = re.search(r"[?&]code=([^&]+)", page.address)
    assert found is not None, page
    return found[1]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    # A page that says no is a page: the browser itself has not failed.
    with suppress(HTTPError):
        consented(
            sys.argv[1],
            os.environ.get("CONSENT_NAME"),
            os.environ.get("CONSENT_PASSWORD"),
            os.environ.get("CONSENT_BUTTON", "Allow"),
        )
