"""Bad input: what strangers send to the pages, and what they must not learn or bring about."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from brant.server.web.forms import Fields
from brant.server.web.rendering import Renderer
from brant.server.web.visit import Visit
from tests.server.edge.calls import send
from tests.web.stage import Browser, Person, Town

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x0b//evil.example",
    " //evil.example",
    "/.\\evil.example/é",
    "settings",
    "http://127.0.0.1@evil.example/",
)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(there: str, ada: Person, browser: Browser) -> None:
    fields = {"name": ada.name, "password": ada.password, "next": there}
    answer = browser.submit("/signin", fields)
    assert (answer.status, answer.headers["Location"]) in ((303, "/"), (400, None))


def test_signing_in_leads_back_to_where_one_came_from(ada: Person, browser: Browser) -> None:
    answer = browser.get("/organizations?of=%E2%82%AC")
    assert answer.status == 303
    assert answer.headers["Location"] == "/signin?next=/organizations%3Fof%3D%25E2%2582%25AC"
    shown = browser.get(answer.headers["Location"]).body.decode()
    came_from = re.search(r'name="next" value="([^"]*)"', shown)
    assert came_from is not None
    fields = {"name": ada.name, "password": ada.password, "next": came_from[1]}
    assert browser.submit("/signin", fields).headers["Location"] == "/organizations?of=%E2%82%AC"


def test_signing_out_leads_to_no_other_site(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    answer = browser.post("/signout", {"csrf": browser.token("/"), "next": "//evil.example"})
    assert answer.headers["Location"] == "/signin?done=signed-out&next=%2F"


def test_an_unknown_name_is_answered_as_a_wrong_password_is(town: Town, ada: Person) -> None:
    town.server.add_user(f"without-password-{ada.name}")
    answers = []
    for name in (ada.name, "nobody-at-all", f"without-password-{ada.name}"):
        answer = Browser(town).submit("/signin", {"name": name, "password": "wrong password"})
        text = re.sub(r"[0-9a-f]{64}", "", answer.body.decode()).replace(name, "")
        answers.append((answer.status, text))
    assert answers[0][0] == 403
    assert answers[0] == answers[1] == answers[2]


def test_guessing_is_slowed_down_in_words(town: Town, ada: Person) -> None:
    answers = [
        Browser(town).submit("/signin", {"name": ada.name, "password": f"guess {number}"})
        for number in range(12)
    ]
    slowed = [answer for answer in answers if answer.status == 429]
    assert slowed
    assert int(slowed[0].headers["Retry-After"]) >= 1
    assert b"Too many wrong tries: wait" in slowed[0].body


def test_the_sign_in_answer_takes_no_word_from_the_password(browser: Browser) -> None:
    answer = browser.submit("/signin", {"name": "nobody", "password": "a very private thing"})
    assert b"a very private thing" not in answer.body
    assert b'value="nobody"' in answer.body


MARK = "\"><script>document.title='owned'</script><img src=x onerror=alert(1)>'{{7*7}}"


def test_words_of_strangers_are_words_on_every_page(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    redirect = "http://127.0.0.1:9/back"
    client = town.client(redirect, MARK)
    slug = f"marked-{ada.name}"
    token = {"do": "make-token", "label": MARK, "scope": "datasets.get:*", "lifetime": "0"}
    assert browser.submit("/settings/api", token).status == 200
    assert browser.submit("/organizations", {"name": MARK, "slug": slug}).status == 303
    pages = {
        "consent": browser.get(town.asking(client, redirect, state=MARK).removeprefix(town.address)),
        "tokens": browser.get("/settings/api"),
        "organizations": browser.get("/organizations"),
        "organization": browser.get(f"/organizations/{slug}"),
        "typed": browser.submit("/organizations", {"name": MARK, "slug": MARK}),
        "redirects": browser.submit(f"/organizations/{slug}", {"do": "redirects", "redirects": MARK}),
        "code": browser.get(_with("/account/api/oauth/token", code=MARK)),
        "refused": browser.get(_with("/account/api/oauth/token", error=MARK)),
        "wrong client": browser.get(
            town.asking(MARK, redirect).removeprefix(town.address),
        ),
        "nothing": browser.get("/%3Cscript%3E"),
    }
    for name, answer in pages.items():
        text = answer.body.decode()
        assert "<script" not in text, name
        assert "<img" not in text, name
        assert "49" not in re.sub(r"[0-9a-f]{64}|[0-9-]+|[\w-]{16,}", "", text), name
    for name in ("consent", "tokens", "organizations", "organization", "typed"):
        assert "&lt;script&gt;" in pages[name].body.decode() or "script" in pages[name].body.decode(), name


def _with(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


LINE = "Set-Cookie: owned=1"


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "%0d%0a", "\u560d\u560a", "\x85"])
def test_no_parameter_becomes_a_header(breaks: str, town: Town, ada: Person, browser: Browser) -> None:
    injected = f"/x{breaks}{LINE}{breaks}Location: https://evil.example"
    browser.enter(ada)
    consent = town.asking("kagglesdk", "http://localhost:8111", state=injected).removeprefix(town.address)
    wrong = town.asking("kagglesdk", "http://localhost:8111", injected, state="of").removeprefix(town.address)
    answers = [
        browser.submit(consent, {"decision": "allow"}),
        browser.submit(consent, {"decision": "deny"}),
        browser.get(wrong),
        browser.get(_with("/settings/api", done=injected)),
        browser.submit("/organizations", {"name": injected, "slug": f"of-{ada.name}"}),
        browser.submit("/organizations", {"name": "Tides", "slug": injected}),
        browser.submit("/settings/api", {"do": "make-token", "scope": "datasets.get:*", "label": injected}),
        browser.post(_with("/signout", next=injected), {"csrf": browser.token("/"), "next": injected}),
        browser.submit("/signin", {"name": ada.name, "password": ada.password, "next": injected}),
    ]
    assert answers[2].status in (303, 400)
    assert [answer.status for answer in answers[-2:]] == [303, 303]
    for number, answer in enumerate(answers):
        assert not any("owned" in line for line in answer.headers.get_all("Set-Cookie") or []), number
        assert "https://evil.example" not in (answer.headers.get_all("Location") or []), number


def test_whatever_a_redirect_leads_to_is_one_line_of_a_header(town: Town) -> None:
    fields = Fields()
    visit = Visit(
        renderer=Renderer(),
        method="GET",
        target=b"/",
        origin=town.address,
        address="127.0.0.1",
        now=datetime.now(UTC),
        query=fields,
        form=fields,
        params={},
        session="",
        visitor="",
    )
    assert visit.go(f"/x\r\n{LINE} \u212a").headers["Location"] == "/x%0D%0ASet-Cookie:%20owned=1%20%E2%84%AA"


def test_forms_are_bounded_and_are_forms(ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    csrf = browser.token("/settings/api")
    path = "/settings/api"
    assert browser.post(path, b"label=" + b"x" * 70_000).status == 413
    assert browser.post(path, "&".join(f"a{n}=1" for n in range(300)).encode()).status == 400
    assert browser.post(path, b"label=\xff\xfe").status == 400
    assert browser.post(path, b"label=%ff%fe").status == 400
    assert browser.post(path, b"label=%00").status == 400
    assert browser.post(path, b"{}", Content_Type="application/json").status == 415
    assert browser.post(path, b"--x\r\n", Content_Type="multipart/form-data; boundary=x").status == 415
    assert browser.post(path, b"x", Content_Encoding="gzip").status == 415
    assert browser.post(path, {"csrf": csrf, "do": "__class__"}).status == 400
    assert browser.post(path, {"csrf": csrf, "do": "revoke", "token": "9" * 40}).status == 400
    assert browser.post(path, {"csrf": csrf, "do": "revoke", "token": "²"}).status == 400
    assert browser.get("/signin?next=%ff").status == 400


def test_tokens_and_grants_of_others_cannot_be_ended(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    made = {"do": "make-token", "scope": "datasets.get:*", "lifetime": "0"}
    browser.submit("/settings/api", made)
    found = re.search(r'name="token" value="(\d+)"', browser.get("/settings/api").body.decode())
    assert found is not None
    stranger = Browser(town)
    stranger.enter(town.person("eve"))
    for fields in ({"do": "revoke", "token": found[1]}, {"do": "end-grant", "grant": "1"}):
        assert stranger.submit("/settings/api", fields).status == 404
    assert found[0] in browser.get("/settings/api").body.decode()


def test_a_first_password_opens_nothing_and_can_not_be_kept(town: Town) -> None:
    boss, mayor = Browser(town), town.person("mayor", admin=True)
    boss.enter(mayor)
    shown = boss.submit("/users", {"do": "add", "name": f"new-{mayor.name}"}).body.decode()
    found = re.search(r"first(?:-[a-z2-7]{6}){4}", shown)
    assert found is not None
    newcomer = Browser(town)
    fields = {"name": f"new-{mayor.name}", "password": found[0]}
    answer = newcomer.submit("/signin", {**fields, "next": "/settings/api"})
    assert answer.headers["Location"] == f"/welcome?name=new-{mayor.name}&next=%2Fsettings%2Fapi"
    assert not newcomer.is_signed_in()
    kept = {"name": fields["name"], "current": found[0], "password": found[0], "again": found[0]}
    assert newcomer.submit("/welcome", kept).status == 400
    chosen = {**kept, "password": "ebb and then flood", "again": "ebb and then flood"}
    assert newcomer.submit("/welcome", {**chosen, "current": "wrong"}).status == 403
    assert newcomer.submit("/welcome", chosen).status == 303
    assert newcomer.is_signed_in()
    assert Browser(town).submit("/signin", fields).status == 403


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/no/such", 404), ("POST", "/users", 415), ("DELETE", "/", 405)]
)
def test_errors_are_pages_for_browsers_and_json_for_programs(
    method: str, path: str, status: int, browser: Browser
) -> None:
    shown = send(browser.town.server, method, path, None, {"Accept": "text/html,*/*;q=0.8"})
    assert shown.status == status
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<h1>" in shown.body
    if status != 415:
        told = send(browser.town.server, method, path, None, {"Accept": "*/*"})
        assert told.json["code"] == told.status == status
    for inside in ("/api/v1/no/such", "/storage/no"):
        answer = send(browser.town.server, "GET", inside, None, {"Accept": "text/html"})
        assert answer.headers["Content-Type"] == "application/json"


def test_a_foreign_host_is_told_so_on_a_page(town: Town) -> None:
    answer = send(town.server, "GET", "/", None, {"Accept": "text/html", "Host": "evil.example"})
    assert answer.status == 421
    assert b"This server has another name" in answer.body
    assert b'href="/static/' in answer.body


def test_an_organization_is_changed_by_owners_and_known_to_members(town: Town, ada: Person) -> None:
    slug, bob, eve = f"club-of-{ada.name}", town.person("bob"), town.person("eve")
    town.server.admin("org", "create", slug, "--owner", ada.name)
    town.server.admin("org", "member", "add", slug, bob.name)
    member, stranger = Browser(town), Browser(town)
    member.enter(bob)
    stranger.enter(eve)
    path = f"/organizations/{slug}"
    changes = (
        {"do": "add", "member": eve.name, "role": "owner"},
        {"do": "role", "member": bob.name, "role": "owner"},
        {"do": "remove", "member": ada.name},
        {"do": "redirects", "redirects": "https://evil.example"},
    )
    for fields in changes:
        assert member.post(path, {"csrf": member.token(path), **fields}).status == 403
        assert stranger.post(path, {"csrf": stranger.token("/"), **fields}).status == 404
    assert stranger.get(path).status == 404
    unchanged = member.get(path).body.decode()
    assert "evil.example" not in unchanged
    assert eve.name not in unchanged
    assert unchanged.count('class="badge"') == 1


def test_who_is_not_signed_in_is_not_sent_on_to_a_client(town: Town, ada: Person, browser: Browser) -> None:
    redirect = "https://evil.example/back"
    wrong = town.asking(town.client(redirect), redirect, "no.such:scope").removeprefix(town.address)
    assert browser.get(wrong).headers["Location"].startswith("/signin?next=/api/v1/oauth2/authorize")
    browser.enter(ada)
    assert browser.get(wrong).headers["Location"].startswith(f"{redirect}?error=invalid_scope")


def test_a_decision_after_the_session_ended_is_none(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    path = town.asking("kagglesdk", "http://localhost:8111").removeprefix(town.address)
    csrf, session = browser.token(path), dict(browser.cookies)
    browser.post("/signout", {"csrf": csrf})
    browser.cookies = session
    assert browser.post(path, {"csrf": csrf, "decision": "allow"}).status == 403


def test_nothing_but_allow_allows(town: Town, ada: Person, browser: Browser) -> None:
    browser.enter(ada)
    path = town.asking("kagglesdk", "http://localhost:8111").removeprefix(town.address)
    for decision in ({}, {"decision": ""}, {"decision": "ALLOW"}, {"decision": "yes"}):
        assert browser.submit(path, decision).status == 400


@pytest.mark.parametrize("code", ["rm -rf ~", "ls\n", "$(ls)", "a;b", "\u202ecba", "a" * 201])
def test_what_is_no_code_is_not_shown_to_be_pasted(code: str, browser: Browser) -> None:
    answer = browser.get("/account/api/oauth/token?" + urlencode({"code": f"x{code}x"}))
    assert answer.status == 400
    assert b"There is no code in this address" in answer.body
    assert b"<textarea" not in answer.body
