"""Walks: what people do on the pages, in a real browser that runs no script."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.conftest import RunningServer
from tests.ledger import issued
from tests.oauth_clients.callback import Callback
from tests.server.edge.calls import rpc
from tests.web.stage import Browser, Person, Town, enter

HELLO = "security.HelloService/Hello"


def _shown(page: Page, label: str) -> str:
    """A secret that is shown this once."""
    return issued(page.get_by_label(label, exact=True).input_value())


def _works(server: RunningServer, secret: str) -> bool:
    """Whether the API takes a token."""
    request = {"token": secret}
    headers = {"Authorization": f"Bearer {secret}"}
    answer = rpc(server, "security.OAuthService/IntrospectToken", request, headers)
    return bool(answer.status == 200 and answer.json.get("active"))


def test_from_the_first_start_to_a_token_that_is_revoked(
    new_server: Callable[..., RunningServer], page: Page
) -> None:
    server = new_server("--workers", "0")
    page.goto(server.address)
    page.get_by_role("link", name="Set it up").click()
    _set_up(page, "WRONG")
    expect(page.get_by_role("alert")).to_contain_text("not the code: copy it from the file setup.code")
    _set_up(page, (server.data / "setup.code").read_text())
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, ada")
    assert not (server.data / "setup.code").exists()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("tides come and go")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("navigation").get_by_role("link", name="Tokens").click()
    page.get_by_label("What is it for?").fill("nightly upload")
    page.get_by_label("See and download datasets datasets.viewer:*").check()
    page.get_by_label("How long does it last?").select_option("A week")
    page.get_by_role("button", name="Make a token").click()
    token = _shown(page, "Token")
    assert _works(server, token)
    page.get_by_role("link", name="Done").click()
    expect(page.locator("body")).not_to_contain_text(token)
    row = page.get_by_role("listitem").filter(has_text="nightly upload")
    expect(row).to_contain_text("datasets.viewer:*")
    expect(row).to_contain_text("last used")
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    expect(row).to_have_count(0)
    assert not _works(server, token)

    page.goto(f"{server.address}/setup")
    assert page.url == f"{server.address}/"  # there is nothing to set up any more


def test_a_key_is_shown_once_as_the_file_to_save(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    page.goto(f"{town.address}/settings/api")
    page.get_by_label("What is the key for?").fill("old laptop")
    page.get_by_role("button", name="Make a key").click()
    content = json.loads(page.get_by_label("kaggle.json").input_value())
    assert content == {"username": ada.name, "key": issued(content["key"], user=ada.name)}
    expect(page.locator("main")).to_contain_text("chmod 600 ~/.kaggle/kaggle.json")


def test_what_was_typed_wrong_is_said_at_its_field_and_the_rest_is_kept(
    page: Page, town: Town, ada: Person
) -> None:
    enter(page, town, ada)
    page.goto(f"{town.address}/settings/api")
    page.get_by_label("What is it for?").fill("nightly")
    page.get_by_label("Other scopes").fill("datasets.destroy:*")
    page.get_by_label("How long does it last?").select_option("A year")
    page.get_by_role("button", name="Make a token").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("datasets.destroy")
    expect(page.get_by_label("What is it for?")).to_have_value("nightly")
    expect(page.get_by_label("Other scopes")).to_have_value("datasets.destroy:*")
    expect(page.get_by_label("How long does it last?")).to_have_value("365")
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#scope")


def test_an_application_is_let_in_and_its_access_taken_back(page: Page, town: Town, ada: Person) -> None:
    with Callback() as callback:
        client = town.client(callback.address)
        page.goto(town.asking(client, callback.address, "datasets.get:* models.get:*"))
        page.get_by_label("User name").fill(ada.name)
        page.get_by_label("Password").fill(ada.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Allow “Tide watch” to act for you?")
        main = page.locator("main")
        expect(main).to_contain_text("Nobody has checked this application")
        expect(main).to_contain_text("See and download datasets")
        expect(main).to_contain_text("See and download models")
        expect(main).to_contain_text(callback.address.split("/")[2])
        page.get_by_role("button", name="Allow").click(no_wait_after=True)
        came = callback.came()
    code = re.search(r"[?&]code=([^&]+)", came)
    assert code is not None
    assert "state=of-the-tide" in came
    assert "iss=" in came
    issued(code[1])
    exchanged = town.exchange(client, code[1], callback.address)
    assert _works(town.server, exchanged)
    page.goto(f"{town.address}/settings/api")
    row = page.get_by_role("listitem").filter(has_text="Tide watch")
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("no access")
    assert not _works(town.server, exchanged)


def test_an_application_is_turned_away(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    with Callback() as callback:
        page.goto(town.asking(town.client(callback.address), callback.address))
        page.get_by_role("button", name="Deny").click(no_wait_after=True)
        came = callback.came()
    assert "error=access_denied" in came
    assert "state=of-the-tide" in came
    assert "code=" not in came


def test_the_command_line_without_a_browser_is_given_a_code_to_paste(
    page: Page, town: Town, ada: Person
) -> None:
    enter(page, town, ada)
    page.goto(town.asking("kagglesdk", f"{town.address}/account/api/oauth/token", "resources.admin:*"))
    expect(page.locator("main")).to_contain_text("Do everything that you can do")
    expect(page.locator("main")).not_to_contain_text("Nobody has checked")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your code")
    code = _shown(page, "Code")
    assert f"code={code}" in page.url
    assert _works(town.server, town.exchange("kagglesdk", code, f"{town.address}/account/api/oauth/token"))
    page.go_back()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No access")


def test_a_wrong_request_is_explained_and_goes_nowhere(page: Page, town: Town, ada: Person) -> None:
    page.goto(town.asking("dyn-unknown", "http://127.0.0.1:9/back"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The application asked wrongly")
    assert page.url.startswith(town.address)


def test_somebody_else_can_sign_in_on_the_way_to_consent(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    bob = town.person("bob")
    page.goto(town.asking("kagglesdk", "http://localhost:8111"))
    page.get_by_role("button", name="Sign in as someone else").click()
    page.get_by_label("User name").fill(bob.name)
    page.get_by_label("Password").fill(bob.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kaggle command line")
    expect(page.locator("dl")).to_contain_text(bob.name)


def test_an_organization_is_made_joined_and_given_its_addresses(page: Page, town: Town, ada: Person) -> None:
    bob = town.person("bob")
    slug = f"tides-of-{ada.name}"
    enter(page, town, ada)
    page.goto(town.address)
    page.get_by_role("navigation").get_by_role("link", name="Organizations").click()
    page.get_by_label("Name", exact=True).fill("Tides & Co")
    page.get_by_label("Short name").fill(slug)
    page.get_by_role("button", name="Create the organization").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tides & Co")
    expect(page.locator("main")).to_contain_text(f"org:{slug}")

    page.get_by_label("Add a user of this server").fill(bob.name)
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.get_by_role("listitem").filter(has_text=bob.name)
    row.get_by_role("button", name="Make owner").click()
    expect(row).to_contain_text("Owner")
    row.get_by_role("button", name="Make member").click()
    expect(row).not_to_contain_text("Owner")
    page.get_by_label("Redirect addresses").fill("http://tides.example/back")
    page.get_by_role("button", name="Save the addresses").click()
    expect(page.get_by_role("alert")).to_contain_text("https")
    expect(page.get_by_label("Redirect addresses")).to_have_value("http://tides.example/back")
    page.get_by_label("Redirect addresses").fill("https://tides.example/back")
    page.get_by_role("button", name="Save the addresses").click()
    expect(page.get_by_role("status")).to_have_text("The redirect addresses are saved.")

    page.goto(town.asking(f"org:{slug}", "https://tides.example/back"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Allow “Tides & Co” to act for you?")
    expect(page.locator("main")).not_to_contain_text("Nobody has checked")

    page.goto(f"{town.address}/organizations/{slug}")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.get_by_role("listitem").filter(has_text=ada.name).get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("without an owner")


def test_a_member_sees_an_organization_and_changes_nothing(page: Page, town: Town, ada: Person) -> None:
    bob, slug = town.person("bob"), f"org-of-{ada.name}"
    town.server.admin("org", "create", slug, "--owner", ada.name)
    town.server.admin("org", "member", "add", slug, bob.name)
    enter(page, town, bob)
    page.goto(f"{town.address}/organizations/{slug}")
    expect(page.get_by_role("heading", level=2, name="Members")).to_be_visible()
    expect(page.locator("main form")).to_have_count(0)


def test_an_administrator_adds_somebody_who_then_chooses_a_password(page: Page, town: Town) -> None:
    mayor = town.person("mayor", admin=True)
    name = f"newcomer-of-{mayor.name}"
    enter(page, town, mayor)
    page.goto(town.address)
    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    page.get_by_label("User name").fill(name)
    page.get_by_role("button", name="Add the user").click()
    first = _shown(page, "First password")
    page.get_by_role("link", name="Done").click()
    row = page.get_by_role("listitem").filter(has_text=name)
    row.get_by_role("button", name="Make administrator").click()
    expect(row).to_contain_text("Administrator")
    row.get_by_role("button", name="End administration").click()
    expect(row.locator(".badge")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()

    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(first)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your password")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    expect(page.get_by_label("User name")).to_have_value(name)
    page.get_by_label("First password").fill(first)
    for label in ("New password", "The new password again"):
        page.get_by_label(label, exact=True).fill(issued("ebb and then flood"))
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {name}")


def test_changing_the_password_ends_the_sessions_of_other_browsers(
    page: Page, scripted: Page, town: Town, ada: Person
) -> None:
    enter(page, town, ada)
    enter(scripted, town, ada)
    page.goto(town.address)
    page.get_by_role("navigation").get_by_role("link", name="Password").click()
    page.get_by_label("Your password now").fill(ada.password)
    for label in ("New password", "The new password again"):
        page.get_by_label(label, exact=True).fill(issued("ebb and then flood"))
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("is changed")
    scripted.goto(f"{town.address}/settings/password")
    expect(scripted.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_signing_out_everywhere_ends_every_session(
    page: Page, town: Town, ada: Person, browser: Browser
) -> None:
    browser.enter(ada)
    enter(page, town, ada)
    page.goto(town.address)
    page.get_by_role("navigation").get_by_role("link", name="Password").click()
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    assert not browser.is_signed_in()


def test_what_was_done_is_not_said_again_beside_an_error(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    page.goto(f"{town.address}/organizations")
    page.get_by_label("Name", exact=True).fill("Tide watch")
    page.get_by_label("Short name").fill(f"tides-of-{ada.name}")
    page.get_by_role("button", name="Create the organization").click()
    expect(page.get_by_role("status")).to_have_text("The organization is created.")
    page.get_by_label("Add a user").fill("nobody-at-all")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is no user 'nobody-at-all'")
    expect(page.get_by_role("status")).to_have_count(0)


def test_a_page_that_one_may_not_see_is_not_offered_again(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    page.goto(f"{town.address}/users")
    expect(page.locator("main")).to_contain_text("This page is for administrators")
    expect(page.locator("main").get_by_role("link")).to_have_text(["Go to the first page"])


def test_an_unknown_response_type_is_explained_in_one_sentence(page: Page, town: Town, ada: Person) -> None:
    enter(page, town, ada)
    page.goto(f"{town.address}/api/v1/oauth2/authorize?client_id=x&response_type=%3Cb%3E")
    expect(page.locator("q")).to_have_text("response_type must be 'code' (RFC 6749 section 4.1.1)")


def test_a_password_is_replaced_when_that_was_confirmed(page: Page, town: Town, browser: Browser) -> None:
    mayor, forgetful = town.person("mayor", admin=True), town.person("bob")
    browser.enter(forgetful)
    enter(page, town, mayor)
    page.goto(f"{town.address}/users")
    row = page.get_by_role("listitem").filter(has_text=forgetful.name)
    row.get_by_role("button", name="New password").click()
    expect(page.locator("main")).to_contain_text("signed out of every browser")
    page.get_by_role("link", name="Cancel").click()
    assert browser.is_signed_in()
    row.get_by_role("button", name="New password").click()
    page.get_by_role("button", name="Make a new password").click()
    assert _shown(page, "First password").startswith("first-")
    assert not browser.is_signed_in()


def _set_up(page: Page, code: str) -> None:
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("User name").fill("ada")
    for label in ("Password", "The same password again"):
        page.get_by_label(label, exact=True).fill(issued("tides come and go"))
    page.get_by_role("button", name="Make the administrator").click()
