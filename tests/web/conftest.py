"""One server and one Chromium for all tests of pages; each test finds its tab empty and without cookies."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from brant.server.domain.accounts.passwords import Passwords
from brant.server.domain.services import Services
from tests.conftest import _ended, start_server
from tests.web.contests import Contest
from tests.web.stage import Browser, Person, Town

_PROGRAM = Path("/usr/bin/chromium")
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The one of all tests that need none of their own."""
    with founded(tmp_path_factory.mktemp("town") / "data") as made:
        yield made


@contextmanager
def founded(data: Path) -> Iterator[Town]:
    """A server that has its administrator."""
    running = start_server(data)
    # Cheap hashes: most people of the town never sign in, and the server makes them anew for who does.
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with closing(Services.over(running.data, Passwords(cheap))) as services:
        made = Town(running, services)
        made.person("mayor", admin=True)
        yield made
    _ended(running)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    """The real browser. It ends with the tests of pages: its event loop would be in the way of others."""
    if not _PROGRAM.is_file():
        pytest.skip("chromium is missing: on Debian it is the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_PROGRAM, args=_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def tab_without_script(chromium: Chromium) -> Page:
    return _context(chromium, java_script_enabled=False).new_page()


@pytest.fixture(scope="package")
def tab_with_script(chromium: Chromium) -> Page:
    return _context(chromium).new_page()


@pytest.fixture
def page(tab_without_script: Page) -> Page:
    """A tab of a browser that runs no script at all."""
    return _as_new(tab_without_script)


@pytest.fixture
def scripted(tab_with_script: Page) -> Page:
    """A tab of a browser as most people have it."""
    return _as_new(tab_with_script)


def _context(chromium: Chromium, **options: Any) -> BrowserContext:
    context = chromium.new_context(**options, ignore_https_errors=True)
    context.set_default_timeout(10_000)
    return context


def _as_new(tab: Page) -> Page:
    """The same tab, with nothing left of the last test: to open one takes longer than most tests do."""
    tab.context.clear_cookies()
    tab.goto("about:blank")
    return tab


@pytest.fixture
def ada(town: Town) -> Person:
    return town.person()


@pytest.fixture
def browser(town: Town) -> Browser:
    """A browser that sends what it is told to."""
    return Browser(town)


@pytest.fixture
def mayor(town: Town) -> Person:
    return town.person("mayor", admin=True)


@pytest.fixture
def draft(town: Town, mayor: Person) -> Contest:
    """A competition that was just created."""
    return Contest(town, mayor, f"penguins-of-{mayor.name}").create()


@pytest.fixture
def contest(draft: Contest) -> Contest:
    """One that is launched."""
    return draft.ready().launch()


@pytest.fixture
def host(contest: Contest, browser: Browser) -> Browser:
    """The browser of who hosts it."""
    browser.enter(contest.host)
    return browser
