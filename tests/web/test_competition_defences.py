"""Defences of the pages of competitions: bad input, forgery, and what participants must not read."""

import io
import socket
import zipfile
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from brant.contract.codec import Timestamp
from brant.contract.hosting_messages import CompetitionPrivacy
from tests.web.contests import SECRET_SCORE, SECRET_SPECIES, Contest
from tests.web.stage import Browser, Person, Town
from tests.web.test_bad_input import MARK

SECRETS = (SECRET_SPECIES, str(SECRET_SCORE), "metric-of-the-host")


BELOW = ("", "/data", "/rules", "/leaderboard", "/discussion", "/submissions", "/team")


FOR_HOSTS = ("/host", "/host/files", "/host/scoring", "/host/settings", "/host/texts", "/host/submissions")


def test_hosts_see_what_holds_submissions_up_and_participants_do_not(
    host: Browser, ada: Person, contest: Contest
) -> None:
    contest.enter(ada)
    contest.submitted(ada, state="pending", scored=None, held="KeyError: 'metric-of-the-host'")
    told = host.get(f"{contest.path}/host").body.decode()
    assert "1 submission waits for you" in told
    assert "metric-of-the-host" in host.get(f"{contest.path}/host/submissions?state=held").body.decode()
    shown = contest.visitor(ada).get(f"{contest.path}/submissions").body.decode()
    assert "Being scored" in shown
    assert "metric-of-the-host" not in shown


def test_no_page_of_a_participant_holds_a_secret(contest: Contest, ada: Person, town: Town) -> None:
    bob = town.person("bob")
    for person in (ada, bob):
        contest.enter(person)
        contest.submitted(person, public_score=0.5, private_score=SECRET_SCORE)
        contest.submitted(person, state="pending", scored=None, held="metric-of-the-host")
    contest.submitted(bob, state="error", error="of bob alone", scored=None)
    held_back = (*SECRETS, "of bob alone", "solution.csv")
    for visitor in (contest.visitor(None), contest.visitor(ada), contest.visitor(town.person("eve"))):
        for below in (*BELOW, *FOR_HOSTS, "/leaderboard?board=private", "/leaderboard?download=1"):
            answer = visitor.get(contest.path + below)
            body = answer.body
            if body.startswith(b"PK"):
                archive = zipfile.ZipFile(io.BytesIO(body))
                body = b"".join(archive.read(name) for name in archive.namelist())
            assert not [secret for secret in held_back if secret.encode() in body], below
    # The host's own pages do hold them, so that the words above can be found at all.
    host = contest.visitor(contest.host)
    everything = b"".join(host.get(contest.path + below).body for below in FOR_HOSTS)
    for secret in (str(SECRET_SCORE), "metric-of-the-host", "of bob alone", "solution.csv"):
        assert secret.encode() in everything


def test_pages_for_hosts_are_for_hosts(contest: Contest, ada: Person) -> None:
    contest.enter(ada)
    visitor, nobody = contest.visitor(ada), contest.visitor(None)
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
        refused = visitor.get(contest.path + below)
        assert refused.status == 403, below
        assert ada.name.capitalize().encode() not in refused.body  # a name is no word that begins a sentence
        assert nobody.get(contest.path + below).status == 303, below
    for below, all_fields in forms.items():
        for fields in all_fields:
            assert visitor.post(contest.path + below, {"csrf": csrf, **fields}).status == 403, fields
    assert contest.kept() == before
    assert b"Mine now" not in visitor.get(contest.path).body


def test_a_private_competition_is_not_there_for_strangers(town: Town, mayor: Person, ada: Person) -> None:
    private = Contest(town, mayor, f"private-of-{mayor.name}").create(
        "Known to few", CompetitionPrivacy.PRIVATE
    )
    private.ready().launch()
    for visitor in (private.visitor(None), private.visitor(ada)):
        for below in (*BELOW, *FOR_HOSTS):
            answer = visitor.get(private.path + below)
            assert answer.status in (303, 404), below
            assert b"Known to few" not in answer.body
        assert b"Known to few" not in visitor.get("/competitions?search=few").body
    assert b"Known to few" in private.visitor(mayor).get("/competitions?search=few").body


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
    own, stranger = contest.visitor(person), contest.visitor(town.person("eve"))
    before = contest.kept()
    for csrf in ({}, {"csrf": ""}, {"csrf": stranger.token("/settings/api")}):
        assert own.post(contest.path + below, {**csrf, **CHANGES[below]}).status == 403
    fields = own.fields(contest.path + below) if below == "/host/scoring" else {}
    right = {"csrf": own.token("/settings/api"), **fields, **CHANGES[below]}
    assert own.post(contest.path + below, right, Origin="https://evil.example").status == 403
    assert contest.kept() == before
    for read in ("", "/discussion", "/team", "/host"):
        assert b"Forged" not in own.get(contest.path + read).body
    assert own.post(contest.path + below, right).status == 303


def test_a_competition_is_for_whom_the_form_can_say(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    fields = {"title": "Tides", "slug": f"tides-of-{ada.name}", "brief": "Of tides."}
    for privacy in ({}, {"privacy": "EVERYBODY"}, {"privacy": "COMPETITION_PRIVACY_UNSPECIFIED"}):
        answer = browser.submit("/competitions", {**fields, **privacy})
        assert answer.status == 400
        assert b"Choose who may see it" in answer.body
    assert browser.submit("/competitions", {**fields, "privacy": "PRIVATE"}).status == 303


def test_nobody_writes_or_joins_without_signing_in(contest: Contest) -> None:
    nobody = contest.visitor(None)
    csrf = {"csrf": nobody.token("/signin")}
    for below in ("/rules", "/discussion"):
        answer = nobody.post(contest.path + below, {**csrf, **CHANGES[below]})
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/signin?next=")
    made = nobody.post("/competitions", {**csrf, "title": "Mine", "slug": "mine", "brief": "Mine."})
    assert made.headers["Location"].startswith("/signin?next=")
    assert contest.row().team_count == 0


@pytest.mark.parametrize("aside", ["<![of[nothing]]>", "<!-- a > b -->", "</>", "<!of nothing>"])
def test_what_is_no_html_breaks_no_page(contest: Contest, aside: str) -> None:
    contest.text("description", f"<p>Before {aside}and 1 < 2 behind.</p>", mime_type="text/html")
    answer = contest.visitor(None).get(contest.path)
    assert answer.status == 200
    assert "Before and 1 &lt; 2 behind." in answer.body.decode()


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
    visitor = contest.visitor(ada)
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
    visitor = contest.visitor(contest.host)
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
    answer = host.submit(contest.path + below, {**host.fields(contest.path + below), **fields})
    assert 400 <= answer.status < 500
    assert words in answer.body.decode()
    assert contest.kept() == before


def test_a_form_whose_sending_outlasts_the_deadline_chooses_nothing(contest: Contest, ada: Person) -> None:
    contest.enter(ada)
    number = contest.submitted(ada, private_score=SECRET_SCORE)
    visitor, page = contest.visitor(ada), f"{contest.path}/submissions"
    form = urlencode({"csrf": visitor.token(page), "do": "choose", "submission": str(number)}).encode()
    head = (
        f"POST {page} HTTP/1.1\r\nHost: {contest.town.address[7:]}\r\nOrigin: {contest.town.address}\r\n"
        f"Cookie: {contest.town.cookie}={visitor.session}\r\nContent-Length: {len(form)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", contest.town.server.port)) as peer:
        peer.sendall(head.encode())
        assert b"100 Continue" in peer.recv(100)  # so it has begun
        contest.settings(deadline=Timestamp.of(datetime.now(UTC)))
        peer.sendall(form)
        answer = peer.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 403"), answer[:200]
    assert b"has ended" in answer
