"""Pages of competitions: what people do on them, and what the pages keep from them."""

import io
import re
import zipfile
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from brant.contract.hosting_messages import CompetitionPrivacy
from tests.server.edge.calls import send
from tests.web.contests import DATA, SECRET_SCORE, SECRET_SPECIES, Contest
from tests.web.stage import Browser, Person, Town, enter
from tests.web.test_bad_input import MARK
from tests.web.test_keyboard import _tab_to

_numbers = count(1)
SECRETS = (SECRET_SPECIES, str(SECRET_SCORE), "metric-of-the-host")
BELOW = ("", "/data", "/rules", "/leaderboard", "/discussion", "/submissions", "/team")
FOR_HOSTS = ("/host", "/host/scoring", "/host/settings", "/host/texts", "/host/submissions")


@pytest.fixture(scope="module")
def mayor(town: Town) -> Person:
    return town.person("mayor-of-competitions", admin=True)


@pytest.fixture
def draft(town: Town, mayor: Person) -> Contest:
    """A competition that was just created."""
    return Contest(town, mayor, f"penguins-{next(_numbers)}").create()


@pytest.fixture
def contest(draft: Contest) -> Contest:
    """One that is launched."""
    return draft.ready().launch()


@pytest.fixture
def host(contest: Contest, browser: Browser) -> Browser:
    browser.enter(contest.host)
    return browser


def _visitor(contest: Contest, person: Person | None) -> Browser:
    visitor = Browser(contest.town)
    if person is not None:
        visitor.enter(person)
    return visitor


def _fields(visitor: Browser, path: str) -> dict[str, str]:
    """What stands in the fields of a page's form."""
    return dict(re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', visitor.get(path).body.decode()))


def test_from_the_list_into_a_competition_and_onto_its_leaderboard(
    page: Page, town: Town, ada: Person, contest: Contest
) -> None:
    page.goto(f"{town.address}/competitions?search={contest.slug}")
    page.get_by_role("link", name="Penguin species").click()
    page.get_by_role("link", name="Join the competition").click()
    page.get_by_role("link", name="Sign in to join").click()
    page.get_by_label("User name").fill(ada.name)
    page.get_by_label("Password").fill(ada.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("Work on your own or in one team.")
    page.get_by_role("button", name="Accept the rules and join").click()
    expect(page.get_by_role("status")).to_contain_text("You are in.")
    contest.submitted(ada, public_score=0.5)
    page.get_by_role("navigation", name="This competition").get_by_role("link", name="Leaderboard").click()
    row = page.get_by_role("row").filter(has_text=ada.name)
    expect(row).to_contain_text("0.50000")
    expect(row).to_contain_text("Your team")
    page.goto(f"{town.address}/competitions?tab=entered")
    expect(page.get_by_role("listitem").filter(has_text="your place: 1")).to_have_count(1)


def test_data_are_fetched_from_their_page_once_the_rules_are_accepted(ada: Person, contest: Contest) -> None:
    visitor = _visitor(contest, ada)
    refused = visitor.get(f"{contest.path}/data?file=train.csv")
    assert refused.status == 403
    assert b"has not accepted the rules" in refused.body
    contest.enter(ada)
    there = visitor.get(f"{contest.path}/data?file=train.csv").headers["Location"]
    assert (
        send(contest.town.server, "GET", there.removeprefix(contest.town.address)).body == DATA["train.csv"]
    )
    everything = visitor.get(f"{contest.path}/data?all=1").headers["Location"]
    answer = send(contest.town.server, "GET", everything.removeprefix(contest.town.address))
    assert set(zipfile.ZipFile(io.BytesIO(answer.body)).namelist()) == set(DATA)


def test_who_is_not_signed_in_signs_in_before_fetching_data(contest: Contest) -> None:
    answer = _visitor(contest, None).get(f"{contest.path}/data?all=1")
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/signin?next=/competitions/")


def test_somebody_reads_why_a_submission_failed_and_chooses_what_counts(
    page: Page, town: Town, ada: Person, contest: Contest
) -> None:
    contest.enter(ada)
    contest.submitted(ada, state="error", error="row 3: the id '9' is not in the solution", scored=None)
    numbers = [contest.submitted(ada, public_score=score) for score in (0.5, 0.25, 0.75)]
    enter(page, town, ada)
    page.goto(f"{contest.address}/submissions")
    failed = page.get_by_role("listitem").filter(has_text="Failed")
    expect(failed).to_contain_text("row 3: the id '9' is not in the solution")
    for number in numbers[:2]:
        page.get_by_role("button", name=f"Make final submission {number}").click()
        expect(page.get_by_role("status")).to_have_text("It is one of your final submissions now.")
    page.get_by_role("button", name=f"Make final submission {numbers[2]}").click()
    expect(page.get_by_role("alert")).to_contain_text("choose at most 2")
    page.goto(f"{contest.address}/submissions?group=selected")
    expect(page.get_by_role("button", name="Not final")).to_have_count(2)
    page.get_by_role("button", name=f"Not final submission {numbers[0]}").click()
    page.get_by_role("link", name="Final", exact=True).click()
    expect(page.get_by_role("button", name="Not final")).to_have_count(1)


def test_two_teams_become_one(page: Page, town: Town, contest: Contest) -> None:
    ada, bob = town.person("ada"), town.person("bob")
    contest.enter(ada)
    contest.enter(bob)
    enter(page, town, ada)
    page.goto(f"{contest.address}/team")
    page.get_by_label("Team name").fill("The Penguins")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("The Penguins")
    page.get_by_label("User name of one of them").fill(bob.name)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("region", name="Teams that you asked")).to_contain_text(bob.name)
    page.context.clear_cookies()
    enter(page, town, bob)
    page.reload()
    page.get_by_role("button", name="Accept to be one team with The Penguins").click()
    expect(page.get_by_role("status")).to_have_text("You are one team now.")
    expect(page.get_by_role("main")).to_contain_text(ada.name)
    expect(page.get_by_role("heading", level=2).first).to_have_text("The Penguins")


def test_people_talk(page: Page, town: Town, ada: Person, contest: Contest) -> None:
    enter(page, town, ada)
    page.goto(f"{contest.address}/discussion")
    page.get_by_label("Title").fill("Which features help?")
    page.get_by_label("Message").fill("I tried the bill.\nNothing else.")
    page.get_by_role("button", name="Post it").click()
    expect(page.get_by_role("heading", name="Which features help?")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("The flipper.")
    page.get_by_role("button", name="Post it").click()
    page.get_by_role("link", name="Reply").click()
    expect(page.get_by_role("heading", name=f"Reply to {ada.name}")).to_be_visible()
    page.get_by_label("Message", exact=True).fill("Indeed.")
    page.get_by_role("button", name="Post it").click()
    comment = page.get_by_role("article").filter(has_text="The flipper.").first
    expect(comment.get_by_role("article")).to_contain_text("Indeed.")
    page.get_by_role("link", name="All topics").click()
    expect(page.get_by_role("listitem").filter(has_text="Which features help?")).to_contain_text("2 comments")


def test_a_message_of_the_longest_kind_is_taken_in_any_script(ada: Person, contest: Contest) -> None:
    visitor, message = _visitor(contest, ada), "\N{PENGUIN}" * 20_000
    taken = visitor.submit(f"{contest.path}/discussion", {"title": "Long", "content": message})
    assert taken.status == 303
    assert message in visitor.get(taken.headers["Location"]).body.decode()
    refused = visitor.submit(f"{contest.path}/discussion", {"title": "Longer", "content": message + "!"})
    assert refused.status == 400
    assert b"not 20,001: change it" in refused.body


def test_a_host_makes_a_competition_on_the_pages_and_opens_it(page: Page, town: Town, mayor: Person) -> None:
    slug = f"tides-{next(_numbers)}"
    made = Contest(town, mayor, slug)
    enter(page, town, mayor)
    page.goto(f"{town.address}/competitions")
    page.get_by_label("Title").fill("Tide watch")
    page.get_by_label("Short name").fill(slug)
    page.get_by_label("What it is about").fill("When is high water?")
    page.get_by_role("button", name="Create the competition").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tide watch")
    page.get_by_role("button", name="Launch the competition").click()
    expect(page.get_by_role("alert")).to_contain_text("has no metric yet")
    made.ready()
    page.get_by_role("link", name="Scoring").click()
    page.get_by_label("Metric", exact=True).select_option(label="Balanced accuracy")
    page.get_by_label("Submissions a day").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("It is saved.")
    expect(page.get_by_label("Submissions a day")).to_have_value("7")
    page.get_by_role("navigation", name="For hosts").get_by_role("link", name="Settings").click()
    page.get_by_label("Last submissions, in UTC").fill("2100-01-31T12:00")
    page.get_by_label("Rules must be accepted").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("navigation", name="For hosts").get_by_role("link", name="Texts").click()
    page.get_by_role("link", name="evaluation").click()
    page.get_by_label("Text").fill("By the accuracy of each.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("navigation", name="For hosts").get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Launch the competition").click()
    expect(page.get_by_role("status")).to_have_text("The competition is launched.")
    page.context.clear_cookies()
    page.goto(made.address)
    for words in ("Balanced accuracy", "31 January 2100, 12:00 UTC", "By the accuracy of each."):
        expect(page.get_by_role("main")).to_contain_text(words)
    row = made.row()
    assert (row.metric, row.max_daily_submissions, row.rules_required) == ("balanced_accuracy", 7, False)


def test_a_form_of_settings_changes_only_what_was_changed(host: Browser, contest: Contest) -> None:
    before = contest.kept()
    fields = _fields(host, f"{contest.path}/host/scoring")
    saved = host.submit(f"{contest.path}/host/scoring", {**fields, "metric": "accuracy", "max_selected": "3"})
    assert saved.status == 303
    after = contest.kept()
    assert after.items() - before.items() == {("max_selected", 3)}


def test_hosts_see_what_holds_submissions_up_and_participants_do_not(
    host: Browser, ada: Person, contest: Contest
) -> None:
    contest.enter(ada)
    contest.submitted(ada, state="pending", scored=None, held="KeyError: 'metric-of-the-host'")
    told = host.get(f"{contest.path}/host").body.decode()
    assert "1 submission waits for you" in told
    assert "metric-of-the-host" in host.get(f"{contest.path}/host/submissions?state=held").body.decode()
    shown = _visitor(contest, ada).get(f"{contest.path}/submissions").body.decode()
    assert "Being scored" in shown
    assert "metric-of-the-host" not in shown


def test_a_host_brings_in_others(page: Page, town: Town, contest: Contest) -> None:
    judith, eve = town.person("judith"), town.person("eve")
    enter(page, town, contest.host)
    page.goto(f"{contest.address}/host")
    page.get_by_label("Add a user of this server").fill(judith.name)
    page.get_by_label("As").select_option("judge")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text=judith.name)).to_contain_text("Judge")
    page.get_by_label("Add a user of this server").fill("nobody-at-all")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is no user 'nobody-at-all'")
    assert _visitor(contest, judith).get(f"{contest.path}/host/submissions").status == 200
    assert _visitor(contest, eve).get(f"{contest.path}/host/submissions").status == 403


def test_the_plot_draws_the_best_so_far_of_the_first_teams(page: Page, town: Town, contest: Contest) -> None:
    for stem, scores in {"ada": (0.2, 0.1, 0.6), "bob": (0.4, 0.5)}.items():
        person = town.person(stem)
        contest.enter(person)
        for hour, score in enumerate(scores):
            contest.submitted(person, ago=timedelta(hours=10 - hour), public_score=score)
    page.goto(f"{contest.address}/leaderboard")
    drawing = page.locator("figure svg").first
    assert [line.get_attribute("d") for line in drawing.locator(".course").all()] == [
        "M0 150H100V75H1000",  # bob, under the first
        "M0 300H200V0H1000",
    ]
    expect(page.locator(".legend")).to_contain_text("0.6")
    expect(page.locator(".limit").first).to_have_text("0.6")


def test_a_leaderboard_goes_on_where_its_page_ended(page: Page, town: Town, contest: Contest) -> None:
    people = [town.person("racer") for _ in range(52)]
    for number, person in enumerate(people):
        contest.enter(person)
        contest.submitted(person, public_score=1 - number / 100)
    page.goto(f"{contest.address}/leaderboard")
    page.get_by_role("link", name="Next page").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("td").first).to_have_text("51")
    expect(rows.first).to_contain_text(people[50].name)
    page.get_by_role("link", name="First page").click()
    expect(rows.first.locator("td").first).to_have_text("1")


def test_the_final_leaderboard_comes_after_the_end_and_the_public_one_stays(
    page: Page, contest: Contest, ada: Person
) -> None:
    contest.enter(ada)
    contest.submitted(ada, ago=timedelta(days=1), public_score=0.5, private_score=SECRET_SCORE)
    page.goto(f"{contest.address}/leaderboard")
    expect(page.get_by_role("link", name="Private")).to_have_count(0)
    contest.end()
    page.reload()
    expect(page.locator("tbody")).to_contain_text(str(SECRET_SCORE))
    page.get_by_role("link", name="Public").click()
    expect(page.locator("tbody")).to_contain_text("0.50000")
    expect(page.locator("tbody")).not_to_contain_text(str(SECRET_SCORE))


def test_a_hidden_leaderboard_says_so(page: Page, contest: Contest, ada: Person) -> None:
    contest.enter(ada)
    contest.submitted(ada, public_score=0.5)
    contest.settings(has_leaderboard=False)
    page.goto(f"{contest.address}/leaderboard")
    expect(page.locator("table")).to_have_count(0)
    assert "0.5" not in page.get_by_role("main").inner_text()


def test_no_page_of_a_participant_holds_a_secret(contest: Contest, ada: Person, town: Town) -> None:
    bob = town.person("bob")
    for person in (ada, bob):
        contest.enter(person)
        contest.submitted(person, public_score=0.5, private_score=SECRET_SCORE)
        contest.submitted(person, state="pending", scored=None, held="metric-of-the-host")
    contest.submitted(bob, state="error", error="of bob alone", scored=None)
    held_back = (*SECRETS, "of bob alone", "solution.csv")
    for visitor in (_visitor(contest, None), _visitor(contest, ada), _visitor(contest, town.person("eve"))):
        for below in (*BELOW, *FOR_HOSTS, "/leaderboard?board=private", "/leaderboard?download=1"):
            answer = visitor.get(contest.path + below)
            body = answer.body
            if body.startswith(b"PK"):
                archive = zipfile.ZipFile(io.BytesIO(body))
                body = b"".join(archive.read(name) for name in archive.namelist())
            assert not [secret for secret in held_back if secret.encode() in body], below
    # The host's own pages do hold them, so that the words above can be found at all.
    host = _visitor(contest, contest.host)
    everything = b"".join(host.get(contest.path + below).body for below in FOR_HOSTS)
    for secret in (str(SECRET_SCORE), "metric-of-the-host", "of bob alone", "solution.csv"):
        assert secret.encode() in everything


def test_pages_for_hosts_are_for_hosts(contest: Contest, ada: Person) -> None:
    contest.enter(ada)
    visitor, nobody = _visitor(contest, ada), _visitor(contest, None)
    csrf = visitor.token(f"{contest.path}/team")
    forms = {
        "/host": [{"do": "launch"}, {"do": "rescore"}, {"do": "person", "user": ada.name, "role": "host"}],
        "/host/scoring": [{"metric": "mae", "public_percent": "100"}],
        "/host/settings": [{"title": "Mine now"}],
        "/host/texts": [
            {"do": "add", "name": "mine", "content": "x"},
            {"do": "save", "name": "rules", "content": "none"},
            {"do": "delete", "name": "evaluation"},
        ],
    }
    before = contest.kept()
    for below in FOR_HOSTS:
        assert visitor.get(contest.path + below).status == 403, below
        assert nobody.get(contest.path + below).status == 303, below
    for below, all_fields in forms.items():
        for fields in all_fields:
            assert visitor.post(contest.path + below, {"csrf": csrf, **fields}).status == 403, fields
    assert contest.kept() == before
    assert b"Mine now" not in visitor.get(contest.path).body


def test_a_private_competition_is_not_there_for_strangers(town: Town, mayor: Person, ada: Person) -> None:
    private = Contest(town, mayor, f"private-{next(_numbers)}").create(
        "Known to few", CompetitionPrivacy.PRIVATE
    )
    private.ready().launch()
    for visitor in (_visitor(private, None), _visitor(private, ada)):
        for below in (*BELOW, *FOR_HOSTS):
            answer = visitor.get(private.path + below)
            assert answer.status in (303, 404), below
            assert b"Known to few" not in answer.body
        assert b"Known to few" not in visitor.get("/competitions?search=few").body
    assert b"Known to few" in _visitor(private, mayor).get("/competitions?search=few").body


CHANGES = {
    "/rules": {"do": "join"},
    "/discussion": {"title": "Forged", "content": "Forged."},
    "/team": {"do": "rename", "name": "Forged"},
    "/host": {"do": "rescore"},
    "/host/scoring": {"metric": "balanced_accuracy"},
    "/host/settings": {"title": "Forged", "brief_description": "Forged."},
    "/host/texts": {"do": "add", "name": "forged", "content": "Forged."},
}


@pytest.mark.parametrize("below", CHANGES)
def test_a_form_of_a_stranger_changes_nothing(below: str, contest: Contest, town: Town) -> None:
    person = contest.host if below.startswith("/host") else town.person("ada")
    if below == "/team":
        contest.enter(person)
    own, stranger = _visitor(contest, person), _visitor(contest, town.person("eve"))
    before = contest.kept()
    for csrf in ({}, {"csrf": ""}, {"csrf": stranger.token("/settings/api")}):
        assert own.post(contest.path + below, {**csrf, **CHANGES[below]}).status == 403
    fields = _fields(own, contest.path + below) if below == "/host/scoring" else {}
    right = {"csrf": own.token("/settings/api"), **fields, **CHANGES[below]}
    assert own.post(contest.path + below, right, Origin="https://evil.example").status == 403
    assert contest.kept() == before
    for read in ("", "/discussion", "/team", "/host"):
        assert b"Forged" not in own.get(contest.path + read).body
    assert own.post(contest.path + below, right).status == 303


def test_a_competition_is_for_whom_the_form_can_say(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    fields = {"title": "Tides", "slug": f"tides-{next(_numbers)}", "brief": "Of tides."}
    for privacy in ({}, {"privacy": "EVERYBODY"}, {"privacy": "COMPETITION_PRIVACY_UNSPECIFIED"}):
        answer = browser.submit("/competitions", {**fields, **privacy})
        assert answer.status == 400
        assert b"Choose who may see it" in answer.body
    assert browser.submit("/competitions", {**fields, "privacy": "PRIVATE"}).status == 303


def test_nobody_writes_or_joins_without_signing_in(contest: Contest) -> None:
    nobody = _visitor(contest, None)
    csrf = {"csrf": nobody.token("/signin")}
    for below in ("/rules", "/discussion"):
        answer = nobody.post(contest.path + below, {**csrf, **CHANGES[below]})
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/signin?next=")
    made = nobody.post("/competitions", {**csrf, "title": "Mine", "slug": "mine", "brief": "Mine."})
    assert made.headers["Location"].startswith("/signin?next=")
    assert contest.row().team_count == 0


def test_words_of_hosts_and_participants_are_words(contest: Contest, ada: Person, host: Browser) -> None:
    contest.enter(ada)
    contest.submitted(ada, public_score=0.5, file_name=f"{MARK}.csv", description=MARK)
    contest.submitted(ada, state="error", error=MARK, scored=None)
    contest.submitted(ada, state="pending", held=MARK, scored=None)
    contest.settings(title=MARK[:90], brief_description=MARK)
    for name in ("description", "rules", "data-description"):
        contest.text(name, MARK)
    page = {"do": "add", "name": "markup", "content": f"<p onclick=alert(1)>{MARK}"}
    assert host.submit(f"{contest.path}/host/texts", page).status == 303
    talk = contest.say(ada, MARK, title=MARK).topic_id
    visitor = _visitor(contest, ada)
    assert visitor.submit(f"{contest.path}/team", {"do": "rename", "name": MARK[:50]}).status == 303
    pages = [visitor.get(contest.path + below) for below in (*BELOW, f"/discussion/{talk}")]
    pages += [host.get(contest.path + below) for below in (*FOR_HOSTS, "/host/texts?name=markup")]
    pages += [visitor.get("/competitions?search=title")]
    for answer in pages:
        text = answer.body.decode()
        assert answer.status == 200, text
        for tag in ("<script", "<img", "onclick=alert(1)>"):
            assert tag not in text
    assert sum("&lt;script&gt;" in answer.body.decode() for answer in pages) > 8


def test_a_text_in_html_is_read_as_words(page: Page, contest: Contest) -> None:
    contest.text(
        "description",
        "<h2>Pen<b>guins</b></h2><p>Of three&nbsp;kinds:<ul><li>adelie<li>gentoo</ul>"
        "<script>alert(1)</script><pre>id,species\n1,adelie</pre>",
        mime_type="text/html",
    )
    page.goto(contest.address)
    shown = page.locator(".text").first.inner_text()
    assert (
        shown.replace("\u00a0", " ")
        == "Penguins\n\nOf three kinds:\n\n• adelie\n• gentoo\n\nid,species\n1,adelie"
    )


BAD = (
    ("/leaderboard?page_token=nonsense", 400),
    ("/data?page_token=nonsense", 400),
    ("/data?file=../../etc/passwd", 404),
    ("/discussion?page=0x1", 400),
    ("/discussion?page=-1", 400),
    ("/discussion/none", 404),
    ("/discussion/999999", 404),
    ("/discussion/²", 404),
    ("/submissions?page_token=nonsense", 400),
    ("/submissions?file=999999", 404),
    ("/submissions?file=x", 400),
    ("/host/texts?name=nothing", 404),
    ("/host/submissions?page_token=nonsense", 400),
    ("/nothing", 404),
)


@pytest.mark.parametrize(("below", "status"), BAD)
def test_an_address_that_nobody_was_given_is_answered_in_words(
    below: str, status: int, contest: Contest
) -> None:
    visitor = _visitor(contest, contest.host)
    if below.startswith("/submissions"):
        entrant = contest.town.person("ada")
        contest.enter(entrant)
        visitor.enter(entrant)
    answer = visitor.get(contest.path + below.replace("²", "%C2%B2"))
    assert answer.status == status
    assert b"<h1>" in answer.body
    assert b"The server failed" not in answer.body


WRONG = (
    ("/host", {"do": "launch", "when": "tomorrow"}, "is no time"),
    ("/host", {"do": "launch", "when": "0001-01-01T00:00+14:00"}, "is no time"),
    ("/host", {"do": "person", "user": "x", "role": "emperor"}, "Choose whether they host"),
    ("/host", {"do": "explode"}, "not one of the page"),
    ("/host/scoring", {"metric": "none-such"}, "There is no metric"),
    ("/host/scoring", {"metric": "accuracy", "public_percent": "half"}, "is a whole number"),
    ("/host/scoring", {"metric": "accuracy", "public_percent": "101"}, "from 1 to 100"),
    ("/host/scoring", {"metric": "accuracy", "parameters": "beta"}, "is written name=value"),
    ("/host/settings", {"title": "", "brief_description": "x"}, "title must be 3 to 100"),
    ("/host/settings", {"title": "Title", "brief_description": "x", "deadline": "never"}, "is no time"),
    ("/host/texts", {"do": "add", "name": "../x", "content": "x"}, "page&#39;s name must be"),
    ("/host/texts", {"do": "add", "name": "rules", "content": "x"}, "already"),
    ("/host/texts", {"do": "delete", "name": "rules"}, "rules"),
    ("/host/texts", {"do": "save", "name": "no-such", "content": "x"}, "no page"),
)


@pytest.mark.parametrize(("below", "fields", "words"), WRONG)
def test_what_a_host_typed_wrong_is_said_and_changes_nothing(
    below: str, fields: dict[str, str], words: str, host: Browser, contest: Contest
) -> None:
    before = contest.kept()
    answer = host.submit(contest.path + below, {**_fields(host, contest.path + below), **fields})
    assert 400 <= answer.status < 500
    assert words in answer.body.decode()
    assert contest.kept() == before


def test_what_was_typed_wrong_stays_in_its_field(page: Page, town: Town, contest: Contest) -> None:
    enter(page, town, contest.host)
    page.goto(f"{contest.address}/host/scoring")
    page.get_by_label("Public part, in percent").fill("half")
    page.get_by_label("Members of a team").fill("9")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#public_percent")
    expect(page.get_by_label("Public part, in percent")).to_have_value("half")
    expect(page.get_by_label("Members of a team")).to_have_value("9")


def test_somebody_joins_and_writes_by_keyboard(
    scripted: Page, town: Town, ada: Person, contest: Contest
) -> None:
    page = scripted
    enter(page, town, ada)
    page.goto(f"{contest.address}/rules")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    _tab_to(page, page.get_by_role("button", name="Accept the rules and join"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You are in.")
    page.goto(f"{contest.address}/discussion")
    _tab_to(page, page.get_by_label("Title"), at_most=30)
    page.keyboard.type("Hello")
    _tab_to(page, page.get_by_label("Message"), at_most=1)
    page.keyboard.type("From the keyboard.")
    _tab_to(page, page.get_by_role("button", name="Post it"), at_most=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("From the keyboard.")
