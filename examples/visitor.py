"""A person at a browser, played by a program: signs in, allows what is asked for, reads the code."""

import urllib.request
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin


class Visitor:
    """One browser, with the cookies that it keeps."""

    def __init__(self) -> None:
        # No proxy: the server is on this machine.
        self._browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(), urllib.request.ProxyHandler({})
        )

    def fetch_code(self, address: str, name: str, password: str) -> str:
        """Opens `address`, goes the way of anybody who is sent there, and returns the code that is shown."""
        page = self._open(address)
        page = self._send(page, name=name, password=password)
        page = self._send(page, decision="allow")
        return page.shown["code"]

    def _send(self, page: "Page", **typed: str) -> "Page":
        """Fills in the form of a page, and sends it with what is hidden in it."""
        return self._open(urljoin(page.address, page.action), {**page.fields, **typed})

    def _open(self, address: str, form: dict[str, str] | None = None) -> "Page":
        with self._browser.open(address, None if form is None else urlencode(form).encode(), 30) as answer:
            page = Page(answer.geturl())
            page.feed(answer.read().decode())
            return page


class Page(HTMLParser):
    """A page as it is read: where its first form goes, the fields in it, and what is shown to be copied."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.action = ""
        self.fields: dict[str, str] = {}
        self.shown: dict[str, str] = {}
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps what the next request needs."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = self.action or given.get("action", "")
        elif tag == "input" and "name" in given:
            self.fields.setdefault(given["name"], given.get("value", ""))
        self._within = given.get("id", "") if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        """Keeps what stands in a box to copy from."""
        if self._within:
            self.shown[self._within] = self.shown.get(self._within, "") + data.strip()
