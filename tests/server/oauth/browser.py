"""A browser without a window: follows redirects, keeps cookies, fills in the forms that it meets.

Run as a program it opens an address, signs in and allows what is asked for, as a person would:
BROWSER_USER, BROWSER_PASSWORD and BROWSER_PROXY (the server's address) say who and where.
"""

import http.client
import os
import re
import sys
import time
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

_FIELD = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
_PATIENCE = 30


class Browser:
    """Reaches every `http://localhost` by the server behind `proxy`, as one with that proxy set does."""

    def __init__(self, proxy: str, name: str, password: str) -> None:
        self._proxy = urlsplit(proxy).netloc
        self._name = name
        self._password = password
        self._cookies: dict[str, str] = {}

    def allow(self, address: str) -> tuple[str, str]:
        """Opens `address`, signs in and allows; returns where that led, and the page that is there."""
        place, page = self.open(address)
        if urlsplit(place).path == "/signin":
            fields = {**self._hidden(page), "name": self._name, "password": self._password}
            place, page = self.open(place, fields)
        return self.open(place, {**self._hidden(page), "decision": "allow"})

    def open(self, address: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Where `address` leads at last, and the page that is there."""
        for _ in range(10):
            status, location, page = self._request(address, form)
            if status not in (302, 303):
                assert status == 200, (status, page)
                return address, page
            address, form = urljoin(address, location), None
        raise AssertionError("too many redirects")

    def _request(self, address: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        parts = urlsplit(address)
        connection = self._connected(self._proxy if parts.port is None else parts.netloc)
        # With a proxy the target is the whole address (RFC 9112 §3.2.2).
        target = address if parts.port is None else address.removeprefix(f"http://{parts.netloc}") or "/"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if form is None else "POST", target, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()

    @staticmethod
    def _connected(netloc: str) -> http.client.HTTPConnection:
        """The official client opens the browser first and listens after that."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            connection = http.client.HTTPConnection(netloc, timeout=_PATIENCE)
            try:
                connection.connect()
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return connection

    @staticmethod
    def _hidden(page: str) -> dict[str, str]:
        """The hidden fields of the first form."""
        form = page[page.index("<form") : page.index("</form>")]
        return {name: unescape(value) for name, value in _FIELD.findall(form)}


if __name__ == "__main__":
    Browser(os.environ["BROWSER_PROXY"], os.environ["BROWSER_USER"], os.environ["BROWSER_PASSWORD"]).allow(
        sys.argv[1]
    )
