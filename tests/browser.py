"""A small browser: cookies, redirects, forms, and no script. It takes its user through our pages.

As a program, which the standard library opens where BROWSER is AS_VARIABLE, it opens an address, and consents
as who it is told to be: with CONSENT_NAME and CONSENT_PASSWORD it signs in first, and then presses
CONSENT_BUTTON. CONSENT_PROXY is a server that answers for the address.
"""

import os
import sys
import time
import urllib.request
from contextlib import suppress
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any, Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

AS_VARIABLE: Final = f"{sys.executable} {__file__} %s"

_MOST_REDIRECTS: Final = 10
_PATIENCE: Final = 30


class Form(NamedTuple):
    """A form of a page; `buttons` by their words, each with the name and value that it sends."""

    action: str
    method: str
    fields: dict[str, str]
    buttons: dict[str, tuple[str, str] | None]


class Page(NamedTuple):
    """A page that the server showed."""

    address: str
    status: int
    text: str
    forms: tuple[Form, ...]

    def has(self, button: str) -> bool:
        """Whether there is a button of these words."""
        return any(button in form.buttons for form in self.forms)

    def form(self, button: str) -> Form:
        """The form with a button of these words."""
        found = [form for form in self.forms if button in form.buttons]
        assert len(found) == 1, f"{len(found)} buttons say {button!r} on this page: {self.text}"
        return found[0]


class Away(NamedTuple):
    """Where the browser was sent when it left the server."""

    address: str


class Browser:
    """One browser, at home at one server, which it reaches by `proxy` if that is given."""

    def __init__(self, server: str, proxy: str | None = None) -> None:
        self._origin = server
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"http": proxy} if proxy else {}),
            urllib.request.HTTPCookieProcessor(CookieJar()),
            _Stay,
        )

    def open(self, address: str) -> Page | Away:
        """The page at `address` after all redirects, or where they led away to."""
        return self._follow(urllib.request.Request(address))

    def press(self, page: Page, button: str, **typed: str) -> Page | Away:
        """Fills in a form and presses one of its buttons."""
        form = page.form(button)
        assert set(typed) <= set(form.fields), f"the form has no such field: {sorted(form.fields)}"
        sent = form.buttons[button]
        content = urlencode({**form.fields, **typed, **(dict([sent]) if sent else {})})
        address = urljoin(page.address, form.action)
        if form.method == "get":
            return self.open(f"{address}?{content}")
        # What browsers say of a form of the page itself.
        headers = {"Origin": self._origin, "Referer": page.address, "Sec-Fetch-Site": "same-origin"}
        return self._follow(urllib.request.Request(address, content.encode(), headers))

    def _follow(self, request: urllib.request.Request) -> Page | Away:
        for _ in range(_MOST_REDIRECTS):
            try:
                with self._opener.open(request, timeout=_PATIENCE) as answer:
                    return _page(request.full_url, answer.status, answer.read())
            except HTTPError as answer:
                with answer:
                    there = answer.headers.get("Location")
                    if there is None:
                        return _page(request.full_url, answer.code, answer.read())
            address = urljoin(request.full_url, there)
            if not address.startswith(self._origin + "/"):
                return _leave(address)
            request = urllib.request.Request(address)
        raise AssertionError(f"more than {_MOST_REDIRECTS} redirects, the last to {request.full_url}")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the browser, which must see each."""

    def redirect_request(self, *_: Any) -> None:
        return None


def consented(
    address: str,
    name: str | None = None,
    password: str | None = None,
    button: str = "Allow",
    *,
    proxy: str | None = None,
) -> Page | Away:
    """Where a browser ends up at `address`; a user who is named signs in and presses `button`."""
    parts = urlsplit(address)
    browser = Browser(f"{parts.scheme}://{parts.netloc}", proxy)
    shown = browser.open(address)
    if name is not None:
        assert isinstance(shown, Page), shown
        shown = browser.press(shown, "Sign in", name=name, password=str(password))
        assert isinstance(shown, Page), shown
        shown = browser.press(shown, button)
    return shown


def shown_code(address: str, name: str, password: str, *, proxy: str | None = None) -> str:
    """The code to paste that the page shows at the end."""
    page = consented(address, name, password, proxy=proxy)
    assert isinstance(page, Page), page
    parts = urlsplit(page.address)
    assert parts.path == "/account/api/oauth/token"
    (code,) = parse_qs(parts.query)["code"]
    assert code in page.text.split()
    return code


def _leave(address: str) -> Away:
    """Really goes there where that is on this machine; nobody listens elsewhere."""
    if urlsplit(address).hostname in ("127.0.0.1", "localhost"):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                opener.open(address, timeout=_PATIENCE).close()
                break
            except HTTPError:
                raise
            except URLError as error:
                # The official client opens the browser first, and listens after that.
                if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
    return Away(address)


def _page(address: str, status: int, content: bytes) -> Page:
    reader = _Reader()
    reader.feed(content.decode())
    return Page(address, status, " ".join(" ".join(reader.words).split()), tuple(reader.forms))


class _Reader(HTMLParser):
    """Finds the forms of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._button: tuple[str, str] | None = None
        self._label: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower(), {}, {}))
        elif tag == "input" and self.forms and has.get("type") not in ("checkbox", "radio"):
            self.forms[-1].fields[has.get("name", "")] = has.get("value", "")
        elif tag == "button":
            self._button = (has["name"], has.get("value", "")) if "name" in has else None
            self._label = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._label is not None:
            self._label.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self.forms and self._label is not None:
            self.forms[-1].buttons[" ".join("".join(self._label).split())] = self._button
            self._label = None


if __name__ == "__main__":
    # A page that says no is a page: the browser itself has not failed.
    with suppress(HTTPError):
        consented(
            sys.argv[1],
            os.environ.get("CONSENT_NAME"),
            os.environ.get("CONSENT_PASSWORD"),
            os.environ.get("CONSENT_BUTTON", "Allow"),
            proxy=os.environ.get("CONSENT_PROXY"),
        )
