"""Looks: every page is accessible, readable and whole, light and dark, on a phone and on a desktop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from starlette.routing import Route

from brant.server import data_folder
from brant.server.app import build
from brant.server.settings import Settings
from tests.conftest import _ended, start_server
from tests.node.installed import package
from tests.web.conftest import founded
from tests.web.contests import lively
from tests.web.places import PLACES, REDIRECT, Place, Scene
from tests.web.stage import Town, enter

Scheme = Literal["light", "dark"]
Rules = dict[str, Any]
ALL_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
# The two schemes differ in colours alone, and the two widths in where things are.
_OF_COLOUR = ["color-contrast", "link-in-text-block"]
_OF_PLACE = [*_OF_COLOUR, "target-size", "scrollable-region-focusable"]
VIEWS: tuple[tuple[int, Scheme, Rules], ...] = (
    (360, "light", ALL_RULES),
    (360, "dark", {"runOnly": _OF_COLOUR}),
    (1280, "dark", {"runOnly": _OF_COLOUR}),
    (1280, "light", {"runOnly": _OF_PLACE, "rules": {"target-size": {"enabled": True}}}),
)
AXE = """async rules => {
  const answer = await axe.run(document, {...rules, resultTypes: ['violations']});
  return answer.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`);
}"""
# What is drawn, but for what only a screen reader sees.
SMALL_TEXT = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());)
    if (node.textContent.trim() && parseFloat(getComputedStyle(node.parentElement).fontSize) < 14)
      found.push(node.textContent.trim());
  return found;
}"""
SMALL_TARGETS = """() => {
  const all = 'button, select, textarea, input:not([type=hidden]):not([type=checkbox]):not(.unseen), '
    + 'label.tick, a:not(p > a, dd > a, .skip), .button';
  return [...document.querySelectorAll(all)]
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.9 || box.width < 43.9)
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`);
}"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A small town of its own: lists of what all other tests made would be long to look at."""
    with founded(tmp_path_factory.mktemp("small-town") / "data") as town:
        yield from _scene(town, tmp_path_factory)


def _scene(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    mayor = town.person("mayor-of-looks", admin=True)
    slug = f"watch-{mayor.name}"
    redirect = ("--redirect-uri", "https://tides.example/back")
    town.server.admin("org", "create", slug, "--owner", mayor.name, "--name", "Tide watch", *redirect)
    client = town.client(REDIRECT, "Weather & waves")
    town.let_in(mayor, client, REDIRECT)
    ada, contest, draft, topic = lively(town, mayor)
    running = start_server(tmp_path_factory.mktemp("new") / "data", "--workers", "0")
    yield Scene(town, running, mayor, slug, client, ada, contest, draft, topic)
    _ended(running)


@pytest.fixture(scope="module")
def tabs(chromium: Chromium, scene: Scene) -> Iterator[dict[str, Page]]:
    """One tab for each of the mayor, ada and nobody, with axe in every page."""
    contexts = {who: chromium.new_context(reduced_motion="reduce") for who in ("nobody", "mayor", "ada")}
    made = {}
    for who, context in contexts.items():
        context.add_init_script(path=package("axe-core") / "axe.min.js")
        made[who] = context.new_page()
    enter(made["mayor"], scene.town, scene.mayor)
    enter(made["ada"], scene.town, scene.ada)
    yield made
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_accessible_readable_and_whole(
    place: Place, scene: Scene, tabs: dict[str, Page], tmp_path: Path
) -> None:
    page = tabs[place.who]
    page.goto(place.address(scene))
    place.then(page)
    assert page.locator("h1").count() == 1
    assert page.title().endswith(" · Brant")
    assert not page.title().startswith("The server failed")
    findings: dict[str, Any] = {}
    for width, scheme, rules in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        findings[f"axe at {width} px, {scheme}"] = page.evaluate(AXE, rules)
        findings[f"small targets at {width} px"] = page.evaluate(SMALL_TARGETS)
    findings["small text"] = page.evaluate(SMALL_TEXT)
    findings["too wide at 320 px"] = _overflow(page)
    found = {name: words for name, words in findings.items() if words}
    if found:
        page.screenshot(path=tmp_path / f"{place.name}.png", full_page=True)
    assert found == {}


def test_no_page_is_left_out(tmp_path: Path) -> None:
    data_folder.prepare(tmp_path)
    routes = {route.path for route in build(Settings(data=tmp_path)).routes if isinstance(route, Route)}
    shown = {place.route for place in PLACES if place.route}
    # What has no face: a form's address, the style sheet, and what only programs read.
    faceless = {
        path
        for path in routes - shown
        if path.startswith(("/api/", "/.well-known/", "/static/")) or path in ("/healthz", "/signout")
    }
    assert routes - faceless == shown


def _overflow(page: Page) -> list[str]:
    page.set_viewport_size({"width": 320, "height": 800})
    wide: list[str] = page.evaluate(
        """() => document.scrollingElement.scrollWidth <= 320 ? [] :
          [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > 320.5)
            .map(one => one.outerHTML.slice(0, 90))"""
    )
    return wide
