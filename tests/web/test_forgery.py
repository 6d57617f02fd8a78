"""Forgery: a form counts only where our own page sent it, in the browser that it was made for (CSRF)."""

import re
from datetime import UTC, datetime

import pytest

from brant.server.web.forgery import token_for
from tests.web.stage import Browser, Person, Town

SENDERS = {
    "another origin": {"Origin": "https://evil.example"},
    "another port of this host": {"Origin": "http://127.0.0.1:1"},
    "the same host by https": {"Origin": "https://127.0.0.1:{port}"},
    "a page without origin": {"Origin": "null"},
    "another page, by its referrer": {"Origin": "", "Referer": "https://evil.example/page"},
    "another site, as the browser says": {"Sec_Fetch_Site": "cross-site"},
    "a sibling host, as the browser says": {"Sec_Fetch_Site": "same-site"},
}


def _consent(town: Town) -> str:
    return town.asking("kagglesdk", "http://localhost:8111").removeprefix(town.address)


def _changes(town: Town, ada: Person) -> dict[str, tuple[str, dict[str, str]]]:
    """Forms that change something: their address, and what is in them."""
    slug = f"org-of-{ada.name}"
    town.server.admin("org", "create", slug, "--owner", ada.name)
    passwords = {"current": ada.password, "password": "ebb and then flood", "again": "ebb and then flood"}
    return {
        "consent": (_consent(town), {"decision": "allow"}),
        "token": ("/settings/api", {"do": "make-token", "scope": "datasets.get:*", "lifetime": "0"}),
        "key": ("/settings/api", {"do": "make-key"}),
        "password": ("/settings/password", passwords),
        "organization": ("/organizations", {"name": "Evil", "slug": f"evil-{ada.name}"}),
        "redirects": (f"/organizations/{slug}", {"do": "redirects", "redirects": "https://evil.example"}),
    }


CHANGES = ("consent", "token", "key", "password", "organization", "redirects")


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_without_the_token_of_the_session_changes_nothing(
    change: str, town: Town, ada: Person, browser: Browser
) -> None:
    path, fields = _changes(town, ada)[change]
    browser.enter(ada)
    stranger = Browser(town)
    stranger.enter(town.person("eve"))
    wrong = {"none": {}, "empty": {"csrf": ""}, "a stranger's": {"csrf": stranger.token("/settings/api")}}
    for name, csrf in wrong.items():
        answer = browser.post(path, {**csrf, **fields})
        assert answer.status == 403, name
        assert "Location" not in answer.headers
        assert b"KGAT_" not in answer.body
    # The very same form with the right token is taken.
    assert browser.submit(path, fields).status in (200, 303)


@pytest.mark.parametrize("sender", SENDERS)
def test_a_form_that_another_site_sent_is_refused_even_with_the_token(
    sender: str, town: Town, ada: Person, browser: Browser
) -> None:
    headers = {name: value.format(port=town.server.port) for name, value in SENDERS[sender].items()}
    browser.enter(ada)
    path = _consent(town)
    fields = {"csrf": browser.token(path), "decision": "allow"}
    answer = browser.post(path, fields, **headers)
    assert answer.status == 403
    assert "Location" not in answer.headers
    assert browser.post(path, fields, Sec_Fetch_Site="same-origin").status == 303


def test_nobody_is_signed_in_by_a_form_of_a_stranger(town: Town, browser: Browser) -> None:
    eve = town.person("eve")
    fields = {"name": eve.name, "password": eve.password}
    stranger = Browser(town)
    # Without a cookie; the last is the token of none, which anyone can compute.
    for csrf in ({}, {"csrf": stranger.token("/signin")}, {"csrf": token_for("")}):
        assert browser.post("/signin", {**csrf, **fields}).status == 403
    browser.get("/signin")  # gets a cookie, which is not the stranger's
    assert browser.post("/signin", {"csrf": stranger.token("/signin"), **fields}).status == 403
    assert not browser.is_signed_in()


def test_the_set_up_and_the_first_password_take_no_form_of_a_stranger(town: Town, browser: Browser) -> None:
    for path in ("/setup", "/welcome"):
        assert browser.post(path, {"name": "eve", "code": "0"}).status == 403


def test_nobody_is_signed_out_by_a_stranger(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    assert browser.post("/signout", {}).status == 403
    assert browser.get("/signout").status == 303
    assert browser.is_signed_in()


def test_an_administrators_form_is_for_administrators(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    assert browser.get("/users").status == 403
    answer = browser.post("/users", {"csrf": browser.token("/settings/api"), "do": "add", "name": "mallory"})
    assert answer.status == 403
    assert b"first-" not in answer.body


def test_a_verb_cannot_be_put_into_a_form(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    path = "/settings/api?_method=POST&do=make-key"
    answer = browser.get(path, X_HTTP_Method_Override="POST")
    assert answer.status == 200
    assert b"kaggle.json" in answer.body
    assert b"secret" not in answer.body
    assert browser.post("/", {"_method": "GET", "csrf": browser.token("/")}).status == 405


@pytest.mark.parametrize("does", ["make-token", "make-key"])
def test_a_form_that_is_sent_again_makes_no_second_secret(
    does: str, town: Town, ada: Person, browser: Browser
) -> None:
    browser.enter(ada)
    numbers = re.findall(r'name="once" value="([^"]+)"', browser.get("/settings/api").body.decode())
    fields = {
        "csrf": browser.token("/settings/api"),
        "do": does,
        "once": numbers[0],
        "scope": "datasets.get:*",
        "lifetime": "1",
    }
    assert b"What stands below is shown this once" in browser.post("/settings/api", fields).body
    again = browser.post("/settings/api", fields)
    assert again.status == 409
    assert b"was sent before" in again.body
    assert len(set(numbers)) == 2
    assert _made(town, ada) == 1
    assert browser.post("/settings/api", {**fields, "once": numbers[1]}).status == 200
    assert _made(town, ada) == 2


def test_a_first_password_that_was_handed_on_outlives_a_reload(
    town: Town, ada: Person, browser: Browser
) -> None:
    browser.enter(town.person("reeve", admin=True))
    user = town.services.users.find(ada.name)
    assert user is not None
    asked = browser.submit("/users", {"do": "ask-reset", "user": str(user.id)})
    number = re.search(r'name="once" value="([^"]+)"', asked.body.decode())
    assert number is not None
    fields = {"csrf": browser.token("/users"), "do": "reset", "user": str(user.id), "once": number[1]}
    assert b"first-" in browser.post("/users", fields).body
    again = browser.post("/users", fields)
    assert again.status == 409
    assert b"first-" not in again.body


def _made(town: Town, person: Person) -> int:
    user = town.services.users.find(person.name)
    assert user is not None
    return len(town.services.tokens.of(user.id, datetime.now(UTC)))
