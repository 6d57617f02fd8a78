"""Handing in a file on the page: the same door as that of the API, with the same answers."""

import hashlib
import socket
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from urllib3 import encode_multipart_formdata

from brant.contract.codec import FieldMask, Timestamp
from brant.contract.competition_extensions import CompetitionSetup, UpdateCompetitionSetupRequest
from brant.contract.hosting_messages import ApiAddCompetitionJudgeRequest
from brant.server.store.tables import submissions, uploads
from tests.server.jobs.processes import until
from tests.web.contests import DATA, SOLUTION, SUBMISSION, Contest
from tests.web.stage import Browser, Person, Town, enter
from tests.web.test_keyboard import _tab_to


def _setup(contest: Contest, **fields: Any) -> None:
    request = UpdateCompetitionSetupRequest(
        competition_name=contest.slug, setup=CompetitionSetup(**fields), update_mask=FieldMask.of(*fields)
    )
    contest.calls.setup.update(contest.context(), request)


def _kept(contest: Contest) -> list[tuple[str, str, bool]]:
    """File name, description and kind of each submission to the competition."""
    wanted = sa.select(submissions.c.file_name, submissions.c.description, submissions.c.is_trial)
    with contest.town.services.db.read() as connection:
        rows = connection.execute(wanted.where(submissions.c.competition_id == contest.row().id)).all()
    return [(row.file_name, row.description, row.is_trial) for row in rows]


def _opened(contest: Contest, person: Person) -> int:
    """How many uploads somebody has begun."""
    count = sa.select(sa.func.count()).where(uploads.c.user_id == contest.context(person).caller.user_id)
    with contest.town.services.db.read() as connection:
        return connection.scalar(count) or 0


def _reloaded(page: Page) -> str:
    page.reload()
    return page.get_by_role("status").inner_text()


def test_a_file_is_handed_in_and_its_score_stands_on_the_page(
    page: Page, town: Town, ada: Person, contest: Contest, tmp_path: Path
) -> None:
    contest.enter(ada)
    (tmp_path / "first try.csv").write_bytes(SUBMISSION)
    enter(page, town, ada)
    page.goto(contest.address)
    page.get_by_role("link", name="Submit", exact=True).click()
    page.get_by_label("File", exact=True).set_input_files(tmp_path / "first try.csv")
    _tab_to(page, page.get_by_label("What is in it"), at_most=30)
    page.keyboard.type("all of them adelie")
    _tab_to(page, page.get_by_label("File", exact=True), at_most=1)
    _tab_to(page, page.get_by_role("button", name="Submit", exact=True), at_most=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Submission")
    until(lambda: "is scored" in _reloaded(page), "the score")
    expect(page.get_by_role("status")).to_contain_text("is scored: 1.00000 on the public part.")
    row = page.get_by_role("listitem").filter(has_text="first try.csv")
    expect(row).to_contain_text("all of them adelie")
    expect(row).to_contain_text("1.00000")
    assert _kept(contest) == [("first try.csv", "all of them adelie", False)]


def test_what_is_wrong_with_a_file_is_said_where_it_was_handed_in(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    sent = visitor.submit_file(path, "ids.csv", b"id,species\n1,adelie\n9,gentoo\n")
    assert sent.status == 303
    until(lambda: b"failed: the reason stands below" in visitor.get(sent.location).body, "the reason")


def test_a_first_submission_joins_where_no_rules_are_required(ada: Person, contest: Contest) -> None:
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    assert b"The rules come first" in visitor.get(path).body
    contest.settings(rules_required=False)
    assert visitor.submit_file(path, "a.csv", SUBMISSION).status == 303
    assert contest.row().team_count == 1


REFUSED = {
    "not joined": (403, "has not accepted the rules"),
    "too large": (400, "round its numbers"),
    "over the limit": (400, "submissions of today"),
    "closed": (403, "takes no submissions now"),
    "no file": (400, "Choose the file to submit"),
    "no name": (400, "is no file name"),
    "long description": (400, "shorten it to 1,000"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_refused_is_said_at_its_field_and_records_nothing(
    why: str, ada: Person, contest: Contest
) -> None:
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    name, content, fields, made = "a.csv", SUBMISSION, dict[str, str](), 0
    if why != "not joined":
        contest.enter(ada)
    if why == "too large":
        _setup(contest, max_submission_bytes=1000)
        content = b"x" * 1001
    elif why == "over the limit":
        _setup(contest, max_daily_submissions=1)
        contest.submitted(ada, public_score=0.5)
        made = 1
    elif why == "closed":
        contest.settings(disable_submissions=True)
    elif why == "no file":
        name = ""
    elif why == "no name":
        name = "a/"
    elif why == "long description":
        fields = {"description": "x" * 1001}
    before = _opened(contest, ada)
    status, words = REFUSED[why]
    answer = visitor.submit_file(path, name, content, **fields)
    assert answer.status == status
    said = answer.body.decode()
    assert '<li><a href="#file">' in said
    assert 'id="file"' in said
    assert words in said
    assert len(_kept(contest)) == made
    if why != "long description":
        assert _opened(contest, ada) == before


def test_a_file_of_exactly_the_largest_size_is_taken(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    _setup(contest, max_submission_bytes=1000)
    sent = contest.visitor(ada).submit_file(f"{contest.path}/submissions", "a.csv", b"x" * 1000)
    assert sent.status == 303


def test_a_form_with_a_file_of_a_stranger_is_not_even_received(
    ada: Person, contest: Contest, town: Town
) -> None:
    contest.enter(ada)
    own, stranger, path = (
        contest.visitor(ada),
        contest.visitor(town.person("eve")),
        f"{contest.path}/submissions",
    )
    right = {"csrf": own.token(path), "do": "submit"}
    before = _opened(contest, ada)
    for fields in (
        {"do": "submit"},
        {**right, "csrf": ""},
        {**right, "csrf": stranger.token("/settings/api")},
    ):
        assert own.send_file(path, fields, "a.csv", SUBMISSION).status == 403
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        assert own.send_file(path, right, "a.csv", SUBMISSION, **headers).status == 403
    nobody = contest.visitor(None)
    answer = nobody.send_file(path, {"csrf": nobody.token("/signin"), "do": "submit"}, "a.csv", SUBMISSION)
    assert answer.location.startswith("/signin?next=")
    assert _opened(contest, ada) == before
    assert _kept(contest) == []
    # Elsewhere no form has a file.
    assert own.send_file(f"{contest.path}/team", right, "a.csv", SUBMISSION).status == 415


def test_one_form_is_one_submission_however_often_it_comes(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    assert visitor.submit_file(path, "a.csv", SUBMISSION, once="of this page").status == 303
    again = visitor.submit_file(path, "a.csv", SUBMISSION, once="of this page")
    assert again.status == 409
    assert b"was sent before" in again.body
    assert len(_kept(contest)) == 1


def test_what_a_file_is_called_is_only_words(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    name = '"><script>alert(1)</script>.csv'.replace("/", "\\")
    assert visitor.submit_file(path, name, SUBMISSION, description="<b onclick=alert(1)>").status == 303
    assert _kept(contest) == [(name, "<b onclick=alert(1)>", False)]
    said = visitor.get(path).body.decode()
    assert "<script>" not in said
    assert "<b onclick" not in said
    assert "&lt;script&gt;" in said


def test_a_host_tries_the_scoring_before_the_launch(draft: Contest) -> None:
    draft.ready()
    host, path = draft.visitor(draft.host), f"{draft.path}/submissions"
    assert b"not open yet" in host.submit_file(path, "a.csv", SUBMISSION).body
    sent = host.submit_file(path, "a.csv", SUBMISSION, trial="yes")
    assert sent.status == 303
    assert b'<span class="badge">Trial</span>' in host.get(f"{draft.path}/host/submissions").body
    said = host.get(sent.location).body.decode()
    assert '<span class="badge">Trial</span>' in said
    assert "Make final" not in said


def test_a_judge_is_not_led_to_where_nobody_of_them_may_submit(ada: Person, contest: Contest) -> None:
    tab = f'href="{contest.path}/submissions"'
    assert tab in contest.visitor(ada).get(contest.path).body.decode()
    request = ApiAddCompetitionJudgeRequest(competition_name=contest.slug, user_name=ada.name)
    contest.calls.hosting.add_judge(contest.context(), request)
    assert tab not in contest.visitor(ada).get(contest.path).body.decode()
    assert b"A judge cannot compete" in contest.visitor(ada).get(f"{contest.path}/submissions").body


def test_what_comes_after_the_end_is_called_late(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    contest.end()
    visitor = contest.visitor(ada)
    sent = visitor.submit_file(f"{contest.path}/submissions", "a.csv", SUBMISSION)
    said = visitor.get(sent.location).body.decode()
    assert "stands on no leaderboard" in said
    assert '<span class="badge">Late</span>' in said


def test_a_refused_file_is_explained_in_a_real_browser_however_large_it_is(
    page: Page, town: Town, ada: Person, contest: Contest, tmp_path: Path
) -> None:
    contest.enter(ada)
    _setup(contest, max_submission_bytes=1000)
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(20_000_000)
    enter(page, town, ada)
    page.goto(f"{contest.address}/submissions")
    page.get_by_label("What is in it").fill("too much")
    page.get_by_label("File", exact=True).set_input_files(tmp_path / "large.csv")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The file has 20,000,000 bytes")
    expect(page.get_by_label("What is in it")).to_have_value("too much")


METRIC = b"def score(solution, submission, row_id_column_name):\n    return 1.0\n"


def test_a_host_sends_all_files_by_their_page(page: Page, town: Town, draft: Contest, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        for name, content in DATA.items():
            archive.writestr(name, content)
    files = {"sample.csv": SUBMISSION, "solution.csv": SOLUTION, "score.py": METRIC}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    enter(page, town, draft.host)
    for kind, name in (
        ("data", "data.zip"),
        ("sample", "sample.csv"),
        ("solution", "solution.csv"),
        ("metric-lower", "score.py"),
    ):
        page.goto(f"{draft.address}/host/files")
        page.get_by_label("What is it?").select_option(kind)
        page.get_by_label("File", exact=True).set_input_files(tmp_path / name)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("status")).to_have_text("The file is taken.")
    expect(page.get_by_label("Metric", exact=True)).to_have_value("custom")
    page.goto(f"{draft.address}/data")
    expect(page.get_by_role("row")).to_contain_text(["Name", "sample.csv", "test.csv", "train.csv"])
    row = draft.row()
    assert (row.solution_name, row.metric) == ("solution.csv", "custom")
    assert row.metric_sha256 == hashlib.sha256(METRIC).hexdigest()
    assert row.higher_is_better is False


def test_files_of_a_competition_are_taken_from_its_hosts_alone(
    ada: Person, contest: Contest, town: Town
) -> None:
    contest.enter(ada)
    visitor, path, before = contest.visitor(ada), f"{contest.path}/host/files", contest.kept()
    opened = _opened(contest, ada)
    csrf = {"csrf": visitor.token(f"{contest.path}/team")}
    for kind in ("data", "solution", "sample", "metric-higher", "metric-lower"):
        refused = visitor.send_file(path, {**csrf, "kind": kind}, "solution.csv", b"id,species\n1,gentoo\n")
        assert refused.status == 403
    assert _opened(contest, ada) == opened
    host = contest.visitor(contest.host)
    opened = _opened(contest, contest.host)
    for fields in ({}, {"csrf": visitor.token("/settings/api")}):
        assert host.send_file(path, {**fields, "kind": "solution"}, "a.csv", b"id\n").status == 403
    for kind, name, words in (
        ("", "a.csv", b"Choose what the file is"),
        ("solution", "", b"Choose the file to send"),
    ):
        answer = host.send_file(path, {"csrf": host.token(path), "kind": kind}, name, b"id\n")
        assert answer.status == 400
        assert words in answer.body
    assert _opened(contest, contest.host) == opened
    wrong = host.send_file(path, {"csrf": host.token(path), "kind": "metric-higher"}, "score.txt", METRIC)
    assert b"is no metric" in wrong.body
    assert contest.kept() == before


def _sending(contest: Contest, visitor: Browser, path: str) -> tuple[socket.socket, bytes]:
    """A connection over which the head of a form with a file has come, and the form that is to follow."""
    fields: dict[str, Any] = {
        "csrf": visitor.token(path),
        "do": "submit",
        "file": ("a.csv", SUBMISSION),
    }
    form, kind = encode_multipart_formdata(fields)
    peer = socket.create_connection(("127.0.0.1", contest.town.server.port))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {contest.town.address[7:]}\r\nOrigin: {contest.town.address}\r\n"
        f"Cookie: {contest.town.cookie}={visitor.session}\r\nContent-Length: {len(form)}\r\n"
        f"Content-Type: {kind}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    peer.sendall(head.encode())
    assert b"100 Continue" in peer.recv(100)
    return peer, form


def test_a_file_whose_sending_outlasts_the_deadline_is_late(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    peer, form = _sending(contest, visitor, path)
    with peer:
        peer.sendall(form[:-10])
        contest.settings(deadline=Timestamp.of(datetime.now(UTC)))
        peer.sendall(form[-10:])
        assert peer.makefile("rb").read().startswith(b"HTTP/1.1 303")
    assert b'<span class="badge">Late</span>' in visitor.get(path).body


def test_a_file_that_breaks_off_is_no_submission(ada: Person, contest: Contest) -> None:
    contest.enter(ada)
    visitor, path = contest.visitor(ada), f"{contest.path}/submissions"
    peer, form = _sending(contest, visitor, path)
    with peer:
        peer.sendall(form[:-1])
        peer.shutdown(socket.SHUT_WR)
        assert not peer.makefile("rb").read().startswith(b"HTTP/1.1 303")
    assert _kept(contest) == []
