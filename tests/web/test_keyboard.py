"""The keyboard alone: sign-in and consent without ever touching a mouse."""

from playwright.sync_api import Locator, Page, expect

from tests.oauth_clients.callback import Callback
from tests.web.stage import Person, Town

RING = "one => getComputedStyle(one).outlineStyle + ' ' + getComputedStyle(one).outlineWidth"


def _tab_to(page: Page, wanted: Locator, *, at_most: int = 12) -> None:
    """Presses Tab until `wanted` has the focus, and sees that each stop shows it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        assert page.locator(":focus").evaluate(RING) == "solid 3px"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {at_most} tabs")


def test_somebody_signs_in_and_decides_by_keyboard(scripted: Page, town: Town, ada: Person) -> None:
    page = scripted
    with Callback() as callback:
        page.goto(town.asking(town.client(callback.address), callback.address))
        _tab_to(page, page.get_by_role("link", name="Skip to the content"), at_most=1)
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        _tab_to(page, page.get_by_label("User name"), at_most=1)
        page.keyboard.type(ada.name)
        _tab_to(page, page.get_by_label("Password"), at_most=1)
        page.keyboard.type("wrong this time")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_focused()
        _tab_to(page, page.get_by_role("alert").get_by_role("link"), at_most=1)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type(ada.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("to act for you?")
        _tab_to(page, page.get_by_role("button", name="Allow"))
        page.keyboard.press("Enter")
        assert "code=" in callback.came()


def test_enter_alone_allows_nothing(scripted: Page, town: Town, ada: Person) -> None:
    """The first button of the form, which is what a stray Enter presses, is the one that refuses."""
    page = scripted
    with Callback() as callback:
        page.goto(town.asking(town.client(callback.address), callback.address))
        page.get_by_label("User name").fill(ada.name)
        page.get_by_label("Password").fill(ada.password)
        page.keyboard.press("Enter")
        decisions = page.locator("form.decision button")
        expect(decisions).to_have_text(["Deny", "Allow"])
        decisions.first.focus()
        page.keyboard.press("Enter")
        assert "error=access_denied" in callback.came()
