"""Defences: what a real browser does, and does not do, with our pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.server.edge.calls import send
from tests.web.elsewhere import Shown, self_signed, site
from tests.web.stage import Browser, Person, Town, enter, sign_in

PATHS = ("/", "/signin", "/setup", "/welcome", "/settings/api", "/account/api/oauth/token?code=x", "/no/such")


def test_the_browser_follows_consent_to_a_program_on_this_machine(
    scripted: Page, town: Town, ada: Person
) -> None:
    enter(scripted, town, ada)
    with site({"/back": Shown("<h1>Welcome back</h1>")}) as origin:
        redirect = f"{origin.replace('127.0.0.1', 'localhost')}/back"
        scripted.goto(town.asking(town.client(redirect), redirect))
        scripted.get_by_role("button", name="Allow").click()
        expect(scripted.get_by_role("heading", level=1)).to_have_text("Welcome back")


def test_the_browser_follows_consent_to_a_web_application_and_on_from_there(
    scripted: Page, town: Town, ada: Person, tmp_path: Path
) -> None:
    enter(scripted, town, ada)
    certificate = self_signed(tmp_path)
    with site({"/home": Shown("<h1>Welcome home</h1>")}, certificate) as home:
        elsewhere = home.replace("127.0.0.1", "localhost")
        with site({"/back": Shown(location=f"{elsewhere}/home")}, certificate) as origin:
            redirect = f"{origin}/back"
            scripted.goto(town.asking(town.client(redirect), redirect))
            scripted.get_by_role("button", name="Allow").click()
            expect(scripted.get_by_role("heading", level=1)).to_have_text("Welcome home")


def test_forms_of_other_pages_lead_nowhere_else(scripted: Page, town: Town, ada: Person) -> None:
    """Even a form that somebody managed to slip into a page of ours sends nothing away."""
    enter(scripted, town, ada)
    with site({"/steal": Shown("<h1>Stolen</h1>")}) as origin:
        scripted.goto(f"{town.address}/settings/api")
        refused = "window.refused = new Promise(tell => addEventListener('securitypolicyviolation', tell))"
        scripted.evaluate(f"() => {{ {refused}; }}")
        scripted.evaluate(
            "there => { const f = document.querySelector('main form'); f.action = there; f.submit() }",
            f"{origin}/steal",
        )
        assert scripted.evaluate("window.refused.then(it => it.effectiveDirective)") == "form-action"
        assert scripted.url == f"{town.address}/settings/api"


def test_no_script_runs_on_a_page(scripted: Page, town: Town, ada: Person) -> None:
    enter(scripted, town, ada)
    scripted.goto(town.address)
    scripted.evaluate(
        "() => { const one = document.createElement('script'); one.text = 'window.owned = 1';"
        " document.body.append(one) }"
    )
    assert scripted.evaluate("window.owned") is None


@pytest.mark.parametrize("path", PATHS)
def test_another_site_cannot_frame_a_page(path: str, scripted: Page, town: Town, ada: Person) -> None:
    enter(scripted, town, ada)
    with site({"/": Shown(f'<h1>Win a prize</h1><iframe src="{town.address}{path}"></iframe>')}) as origin:
        scripted.goto(origin)
        framed = scripted.frames[1]
        framed.wait_for_load_state()
        assert framed.url == "chrome-error://chromewebdata/"
        assert "Brant" not in framed.content()


@pytest.mark.parametrize("path", [*PATHS, "/api/v1/oauth2/authorize?client_id=x"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_says_how_it_may_be_used(
    path: str, signed_in: bool, ada: Person, browser: Browser
) -> None:
    if signed_in:
        browser.enter(ada)
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'")
    assert policy.endswith("; frame-ancestors 'none'; base-uri 'none'")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    secret = path.startswith("/account/")
    assert answer.headers["Referrer-Policy"] == ("no-referrer" if secret else "same-origin")


def test_only_the_consent_page_lets_a_form_lead_away(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    asked = town.asking("kagglesdk", "http://localhost:8111").removeprefix(town.address)
    assert (
        "form-action 'self' https: http://localhost:8111;"
        in browser.get(asked).headers["Content-Security-Policy"]
    )
    v6 = "http://[::1]:8111/back"
    asked = town.asking(town.client(v6), v6).removeprefix(town.address)
    assert _policy(browser, asked)["form-action"] == "'self' https: http:"
    for path in ("/", "/settings/api", "/organizations", "/settings/password"):
        assert _policy(browser, path)["form-action"] == "'self'"


def _policy(browser: Browser, path: str) -> dict[str, str]:
    """The directives of a page's Content-Security-Policy."""
    parts = browser.get(path).headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_a_session_that_was_planted_before_signing_in_is_worth_nothing(
    page: Page, town: Town, ada: Person, browser: Browser
) -> None:
    name = town.cookie
    for planted in ("a" * 43, "another-value"):
        page.context.clear_cookies()
        page.context.add_cookies([{"name": name, "value": planted, "url": town.address}])
        sign_in(page, town, ada)
        after = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}  # type: ignore[typeddict-item]
        assert after[name] != planted
        browser.cookies = {name: planted}
        assert not browser.is_signed_in()


def test_who_signs_in_over_the_session_of_another_gets_one_of_their_own(
    town: Town, ada: Person, browser: Browser
) -> None:
    eve = town.person("eve")
    browser.enter(eve)
    planted = browser.session
    csrf = browser.token("/settings/api")
    answer = browser.post("/signin", {"csrf": csrf, "name": ada.name, "password": ada.password})
    assert answer.status == 303
    assert browser.session != planted
    stranger = Browser(town)
    stranger.cookies = {town.cookie: planted}
    assert not stranger.is_signed_in()


def test_a_new_password_gives_this_browser_a_new_session_and_ends_all_others(
    town: Town, ada: Person, browser: Browser
) -> None:
    other = Browser(town)
    for one in (browser, other):
        one.sign_in(ada)
    before = browser.session
    passwords = {"current": ada.password, "password": "ebb and then flood", "again": "ebb and then flood"}
    assert browser.submit("/settings/password", passwords).status == 303
    assert browser.session != before
    assert browser.is_signed_in()
    assert not other.is_signed_in()


def test_cookies_are_for_this_server_alone(ada: Person, browser: Browser) -> None:
    lines = [browser.get("/signin").headers["Set-Cookie"]]
    answer = browser.submit("/signin", {"name": ada.name, "password": ada.password})
    lines += answer.headers.get_all("Set-Cookie") or []
    assert len(lines) == 3
    for line in lines:
        assert "; Path=/; HttpOnly; SameSite=Lax" in line
        assert "Domain" not in line


def test_behind_https_cookies_have_the_prefix_that_no_other_host_can_set(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server("--origin", "https://brant.example", "--workers", "0")
    headers = {"Accept": "text/html", "Host": "brant.example"}
    line = send(server, "GET", "/signin", None, headers).headers["Set-Cookie"]
    assert line.startswith("__Host-brant-visitor=")
    assert line.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    foreign = {
        **headers,
        "Origin": "http://brant.example",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert send(server, "POST", "/signin", b"", foreign).status == 403


def test_after_signing_out_the_back_button_shows_nothing(scripted: Page, town: Town, ada: Person) -> None:
    sign_in(scripted, town, ada)
    scripted.goto(f"{town.address}/settings/api")
    scripted.goto(f"{town.address}/organizations")
    scripted.get_by_role("button", name="Sign out").click()
    expect(scripted.get_by_role("status")).to_have_text("You are signed out.")
    for heading in ("Sign in", "Sign in", "A Kaggle of your own"):
        scripted.go_back()
        expect(scripted.get_by_role("heading", level=1)).to_have_text(heading)
        expect(scripted.locator("body")).not_to_contain_text(ada.name)


def test_the_style_sheet_may_be_kept_and_the_pages_use_it(scripted: Page, town: Town) -> None:
    with scripted.expect_response("**/static/*.css") as came:
        scripted.goto(f"{town.address}/signin")
    assert came.value.status == 200
    assert "immutable" in came.value.headers["cache-control"]
    assert scripted.evaluate("getComputedStyle(document.querySelector('button')).minHeight") == "44px"


def test_three_clicks_or_one_key_select_a_secret_and_nothing_else(scripted: Page, town: Town) -> None:
    scripted.goto(f"{town.address}/account/api/oauth/token?code=abc-def-ghi")
    chosen = "one => one.value.slice(one.selectionStart, one.selectionEnd)"
    for way in ("clicks", "key"):
        scripted.reload()
        box = scripted.get_by_label("Code")
        if way == "clicks":
            box.click(click_count=3)
        else:
            box.focus()
            scripted.keyboard.press("Control+a")
        assert box.evaluate(chosen) == "abc-def-ghi"
        assert box.get_attribute("readonly") is not None
