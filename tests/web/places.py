"""Every page that the server shows, and how a person gets to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

from tests.conftest import RunningServer
from tests.web.contests import Contest
from tests.web.stage import Person, Town

Who = Literal["nobody", "mayor", "ada"]


@dataclass(frozen=True)
class Scene:
    """The server with its mayor, their organization, an application and two competitions.

    In one of these, `contest`, ada competes; the other, `draft`, is not launched. And a server that nobody
    set up yet.
    """

    town: Town
    new_server: RunningServer
    mayor: Person
    slug: str
    client: str
    ada: Person
    contest: Contest
    draft: Contest
    topic: int

    def consent(self, client: str, redirect: str) -> str:
        return self.town.asking(client, redirect, "datasets.get:* datasets.update:ada/penguins")


@dataclass(frozen=True)
class Place:
    """`route` is the pattern of its address; `then` is what is done there to see the page."""

    name: str
    route: str
    address: Callable[[Scene], str]
    who: Who = "mayor"
    then: Callable[[Page], None] = lambda _: None


REDIRECT = "http://127.0.0.1:8765/back"
_CONSENT = "/api/v1/oauth2/authorize"
_COMPETITIONS = "/competitions"
_COMPETITION = "/competitions/{slug}"
_CODE = "/account/api/oauth/token"


def _at(path: str) -> Callable[[Scene], str]:
    return lambda scene: scene.town.address + path


def _in(contest: str, below: str = "") -> Callable[[Scene], str]:
    return lambda scene: getattr(scene, contest).address + below.format(topic=scene.topic)


def _press(button: str, **typed: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        for field, text in typed.items():
            page.fill(f"#{field}, #{field.replace('_', '-')}", text)
        page.get_by_role("button", name=button, exact=True).click()

    return do


def _submit_nothing(page: Page) -> None:
    page.evaluate("document.querySelector('#file').required = false")
    page.get_by_role("button", name="Submit", exact=True).click()


PLACES = (
    Place("home-of-nobody", "/", _at("/"), "nobody"),
    Place("home", "/", _at("/")),
    Place("home-new", "/", lambda scene: scene.new_server.address, "nobody"),
    Place("setup", "/setup", lambda scene: f"{scene.new_server.address}/setup", "nobody"),
    Place(
        "setup-wrong",
        "/setup",
        lambda scene: f"{scene.new_server.address}/setup",
        "nobody",
        _press(
            "Make the administrator",
            code="no",
            name="ada",
            password="tides come and go",
            again="tides come and go",
        ),
    ),
    Place("signin", "/signin", _at("/signin?done=signed-out"), "nobody"),
    Place(
        "signin-wrong",
        "/signin",
        _at("/signin"),
        "nobody",
        _press("Sign in", name="nobody-at-all", password="wrong"),
    ),
    Place("welcome", "/welcome", _at("/welcome?name=ada"), "nobody"),
    Place("consent-registered", _CONSENT, lambda scene: scene.consent(scene.client, REDIRECT)),
    Place("consent-built-in", _CONSENT, lambda scene: scene.consent("kagglesdk", "http://localhost:8765")),
    Place(
        "consent-organization",
        _CONSENT,
        lambda scene: scene.consent(f"org:{scene.slug}", "https://tides.example/back"),
    ),
    Place("consent-paste", _CONSENT, lambda scene: scene.consent("kagglesdk", scene.town.address + _CODE)),
    Place("consent-refused", _CONSENT, lambda scene: scene.consent("dyn-unknown", REDIRECT)),
    Place("code", _CODE, _at(f"{_CODE}?code=zFJyk0yBDXnXOHvnPPBmqQ6uGOJoYDXcRGrdBbdkXcU"), "nobody"),
    Place("code-denied", _CODE, _at(f"{_CODE}?error=access_denied"), "nobody"),
    Place(
        "tokens-wrong", "/settings/api", _at("/settings/api"), then=_press("Make a token", other="datasets.x")
    ),
    Place("token-made", "/settings/api", _at("/settings/api"), then=_press("Make a token")),
    Place("key-made", "/settings/api", _at("/settings/api"), then=_press("Make a key", key_label="a laptop")),
    Place("tokens", "/settings/api", _at("/settings/api?done=revoked")),
    Place("password", "/settings/password", _at("/settings/password")),
    Place("users", "/users", _at("/users")),
    Place("user-made", "/users", _at("/users"), then=_press("Add the user", name="a-newcomer")),
    Place(
        "password-replaced",
        "/users",
        _at("/users"),
        then=lambda page: page.get_by_role("button", name="New password").first.click(),
    ),
    Place("organizations", "/organizations", _at("/organizations")),
    Place(
        "organization",
        "/organizations/{slug}",
        lambda scene: f"{scene.town.address}/organizations/{scene.slug}",
    ),
    Place("competitions", _COMPETITIONS, _at(_COMPETITIONS)),
    Place("competitions-of-nobody", _COMPETITIONS, _at(_COMPETITIONS), "nobody"),
    Place(
        "competitions-wrong",
        _COMPETITIONS,
        _at(_COMPETITIONS),
        then=_press("Create the competition", title="Tide watch", slug="!", brief="Of tides."),
    ),
    Place("competition", _COMPETITION, _in("contest"), "nobody"),
    Place("competition-draft", _COMPETITION, _in("draft")),
    Place("competition-rules", f"{_COMPETITION}/rules", _in("contest", "/rules"), "nobody"),
    Place("competition-rules-to-accept", f"{_COMPETITION}/rules", _in("contest", "/rules")),
    Place("competition-data", f"{_COMPETITION}/data", _in("contest", "/data"), "ada"),
    Place("competition-board", f"{_COMPETITION}/leaderboard", _in("contest", "/leaderboard"), "ada"),
    Place("competition-board-empty", f"{_COMPETITION}/leaderboard", _in("draft", "/leaderboard")),
    Place("competition-submissions", f"{_COMPETITION}/submissions", _in("contest", "/submissions"), "ada"),
    Place("competition-submissions-of-host", f"{_COMPETITION}/submissions", _in("draft", "/submissions")),
    Place(
        "competition-submissions-wrong",
        f"{_COMPETITION}/submissions",
        _in("draft", "/submissions"),
        then=_submit_nothing,
    ),
    Place("competition-team", f"{_COMPETITION}/team", _in("contest", "/team"), "ada"),
    Place(
        "competition-team-wrong",
        f"{_COMPETITION}/team",
        _in("contest", "/team"),
        "ada",
        _press("Invite", user="nobody-at-all"),
    ),
    Place("competition-talk", f"{_COMPETITION}/discussion", _in("contest", "/discussion"), "ada"),
    Place(
        "competition-topic",
        f"{_COMPETITION}/discussion/{{topic}}",
        _in("contest", "/discussion/{topic}"),
        "ada",
    ),
    Place("host", f"{_COMPETITION}/host", _in("contest", "/host")),
    Place("host-draft", f"{_COMPETITION}/host", _in("draft", "/host"), then=_press("Launch the competition")),
    Place("host-files", f"{_COMPETITION}/host/files", _in("contest", "/host/files")),
    Place("host-scoring", f"{_COMPETITION}/host/scoring", _in("contest", "/host/scoring")),
    Place(
        "host-scoring-wrong",
        f"{_COMPETITION}/host/scoring",
        _in("contest", "/host/scoring"),
        then=_press("Save", public_percent="half"),
    ),
    Place("host-settings", f"{_COMPETITION}/host/settings", _in("contest", "/host/settings")),
    Place("host-texts", f"{_COMPETITION}/host/texts", _in("contest", "/host/texts")),
    Place("host-text", f"{_COMPETITION}/host/texts", _in("contest", "/host/texts?name=description")),
    Place("host-submissions", f"{_COMPETITION}/host/submissions", _in("contest", "/host/submissions")),
    Place("nothing-here", "", _at("/nothing-here"), "nobody"),
    Place("forbidden", "", _at("/organizations/of-somebody-else")),
)
