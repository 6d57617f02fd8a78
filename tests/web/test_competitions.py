"""Pages of competitions: what people do on them, in a real browser that runs no script, and by keyboard."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from brant.contract.codec import Timestamp
from tests.server.edge.calls import send
from tests.web.contests import DATA, SECRET_SCORE, SUBMISSION, Contest
from tests.web.stage import Browser, Person, Town, enter
from tests.web.test_keyboard import _tab_to


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


def test_who_came_by_submitting_accepts_rules_that_are_required_later(ada: Person, contest: Contest) -> None:
    contest.settings(rules_required=False)
    contest.submit(ada, SUBMISSION)
    contest.settings(rules_required=True)
    visitor = contest.visitor(ada)
    assert b"You have not accepted the rules" in visitor.get(f"{contest.path}/rules").body
    assert visitor.submit(f"{contest.path}/rules", {"do": "join"}).status == 303
    assert b"You accepted the rules" in visitor.get(f"{contest.path}/rules").body
    contest.submit(ada, SUBMISSION)


def test_data_are_fetched_from_their_page_once_the_rules_are_accepted(ada: Person, contest: Contest) -> None:
    visitor = contest.visitor(ada)
    refused = visitor.get(f"{contest.path}/data?file=train.csv")
    assert refused.status == 403
    assert b"has not accepted the rules" in refused.body
    assert f'<a href="{contest.path}/rules">rules</a>'.encode() in refused.body
    contest.enter(ada)
    there = visitor.get(f"{contest.path}/data?file=train.csv").headers["Location"]
    assert (
        send(contest.town.server, "GET", there.removeprefix(contest.town.address)).body == DATA["train.csv"]
    )
    everything = visitor.get(f"{contest.path}/data?all=1").headers["Location"]
    answer = send(contest.town.server, "GET", everything.removeprefix(contest.town.address))
    assert set(zipfile.ZipFile(io.BytesIO(answer.body)).namelist()) == set(DATA)


def test_who_is_not_signed_in_signs_in_before_fetching_data(contest: Contest) -> None:
    answer = contest.visitor(None).get(f"{contest.path}/data?all=1")
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/signin?next=/competitions/")


def test_what_the_worker_found_stands_on_the_pages(
    page: Page, town: Town, ada: Person, contest: Contest
) -> None:
    contest.enter(ada)
    good, bad = contest.submit(ada, SUBMISSION), contest.submit(ada, b"id,species\n1,adelie\n9,gentoo\n")
    enter(page, town, ada)
    page.goto(f"{contest.address}/submissions")
    expect(page.get_by_role("listitem").filter(has_text=f"number {good}")).to_contain_text("1.00000")
    failed = page.get_by_role("listitem").filter(has_text=f"number {bad}")
    expect(failed.locator(".reason")).to_contain_text("9")
    expect(failed).to_contain_text("Failed")
    page.goto(f"{contest.address}/leaderboard")
    expect(page.locator("tbody")).to_contain_text("1.00000")


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
    visitor, message = contest.visitor(ada), "\N{PENGUIN}" * 20_000
    taken = visitor.submit(f"{contest.path}/discussion", {"title": "Long", "content": message})
    assert taken.status == 303
    assert message in visitor.get(taken.headers["Location"]).body.decode()
    refused = visitor.submit(f"{contest.path}/discussion", {"title": "Longer", "content": message + "!"})
    assert refused.status == 400
    assert b"not 20,001: change it" in refused.body


def test_a_host_makes_a_competition_on_the_pages_and_opens_it(page: Page, town: Town, mayor: Person) -> None:
    slug = f"tides-of-{mayor.name}"
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
    fields = host.fields(f"{contest.path}/host/scoring")
    saved = host.submit(f"{contest.path}/host/scoring", {**fields, "metric": "accuracy", "max_selected": "3"})
    assert saved.status == 303
    after = contest.kept()
    assert after.items() - before.items() == {("max_selected", 3)}


def test_limits_are_set_before_a_metric_is_chosen(mayor: Person, draft: Contest) -> None:
    path = f"{draft.path}/host/scoring"
    host = draft.visitor(mayor)
    assert host.submit(path, {**host.fields(path), "metric": "", "max_team_size": "3"}).status == 303
    assert draft.row().max_team_size == 3


def test_a_deadline_that_is_not_changed_keeps_its_seconds(host: Browser, contest: Contest) -> None:
    deadline = datetime(2100, 1, 31, 12, 30, 15, tzinfo=UTC)
    contest.settings(deadline=Timestamp.of(deadline))
    path = f"{contest.path}/host/settings"
    assert host.submit(path, {**host.fields(path), "title": "Another title"}).status == 303
    assert (contest.row().title, contest.row().deadline) == ("Another title", deadline)
    assert host.submit(path, {**host.fields(path), "deadline": ""}).status == 303
    assert contest.row().deadline is None


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
    assert contest.visitor(judith).get(f"{contest.path}/host/submissions").status == 200
    assert contest.visitor(eve).get(f"{contest.path}/host/submissions").status == 403


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
    assert b"Your team holds place 52." in contest.visitor(people[51]).get(f"{contest.path}/leaderboard").body
    page.get_by_role("link", name="First page").click()
    expect(rows.first.locator("td").first).to_have_text("1")


def test_of_one_score_the_plot_says_it_once(contest: Contest, town: Town) -> None:
    for stem in ("ada", "bob"):
        person = town.person(stem)
        contest.enter(person)
        contest.submitted(person, public_score=0.5)
    assert contest.visitor(None).get(f"{contest.path}/leaderboard").body.count(b'class="limit"') == 1


def test_a_final_leaderboard_that_is_kept_back_is_not_promised_for_the_end(
    contest: Contest, ada: Person
) -> None:
    contest.enter(ada)
    contest.submitted(ada, ago=timedelta(days=1), public_score=0.5, private_score=SECRET_SCORE)
    contest.settings(withold_final_leaderboard_until_it_has_been_verified=True)
    contest.end()
    said = contest.visitor(ada).get(f"{contest.path}/leaderboard").body.decode()
    assert "is kept back by the hosts" in said
    assert str(SECRET_SCORE) not in said


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


def test_a_text_is_not_deleted_by_a_single_press(page: Page, town: Town, contest: Contest) -> None:
    contest.text("description", "Three kinds of penguins.")
    enter(page, town, contest.host)
    page.goto(f"{contest.address}/host/texts")
    delete = page.get_by_role("button", name="Delete description for good")
    expect(delete).to_be_hidden()
    page.get_by_role("listitem").filter(has_text="description").first.locator("summary").click()
    delete.click()
    expect(page.get_by_role("status")).to_have_text("The page is deleted.")
    page.goto(contest.address)
    expect(page.get_by_role("main")).not_to_contain_text("Three kinds of penguins.")


def test_the_page_of_a_team_leads_whoever_has_none_to_the_rules(contest: Contest, ada: Person) -> None:
    answer = contest.visitor(ada).get(f"{contest.path}/team")
    assert (answer.status, answer.location) == (303, f"{contest.path}/rules")


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
