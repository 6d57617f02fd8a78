"""`brant doctor` finds what is wrong with a set-up, says how to mend it, and shows no secret."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from brant.cli.doctor import PROBLEM
from brant.cli.doctor.official_commands import commands_of
from brant.errors import Declined
from tests import official
from tests.cli.desk import Desk, Ended
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.transfer.peer import Exchange, peer

KEY = "0b5c" * 8


@pytest.fixture
def token() -> str:
    """A token that no server knows."""
    return issued("KGAT_" + "0b5cure" * 5)


def put(file: Path, content: str, mode: int = 0o600) -> Path:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(mode)
    return file


def kaggle(desk: Desk) -> Path:
    return desk.home / ".kaggle"


def found(ended: Ended, check: str, level: str | None = None) -> list[dict[str, Any]]:
    """The findings of one check, of one level."""
    return [one for one in ended.document if one["check"] == check and level in (None, one["level"])]


def doctor(desk: Desk, *words: str, **environ: str) -> Ended:
    """Without the network, as JSON."""
    return desk.brant("doctor", "--offline", "--format", "json", *words, **environ)


def problems(ended: Ended) -> list[str]:
    return [one["text"] for one in ended.document if one["level"] == "problem"]


# What is well.


def test_a_good_set_up_has_no_problem(ada_desk: Desk, ada: User, server: RunningServer) -> None:
    ended = ada_desk.brant("doctor", "--format", "json")
    assert (ended.code, problems(ended)) == (0, [])
    assert found(ended, "server")[0]["text"] == f"{server.address} answers and knows you as {ada.name}"
    assert found(ended, "clock", "ok")
    assert found(ended, "credentials")[0]["text"] == "an access token from KAGGLE_API_TOKEN is used"
    assert "Python 3." in found(ended, "versions")[0]["text"]
    assert "OpenSSL" in found(ended, "versions")[0]["text"]
    assert ended.err == "0 problems, 0 notes\n"


def test_people_get_a_line_for_each_finding_and_one_to_mend_it(desk: Desk) -> None:
    ended = desk.brant("doctor", "--offline")
    assert "note     credentials: there are no credentials: only what is public can be read\n" in ended.out
    assert "         -> log in with 'brant auth login'" in ended.out
    assert ended.code == 0


def test_fields_and_csv_are_as_everywhere(desk: Desk) -> None:
    assert desk.brant("doctor", "--offline", "--csv").out.startswith("level,check,text,mend\r\n")
    only = desk.brant("doctor", "--offline", "--format", "json(level)").document
    assert {tuple(one) for one in only} == {("level",)}


def test_offline_nothing_is_sent(desk: Desk) -> None:
    def fail(exchange: Exchange) -> None:
        raise AssertionError(exchange.request.target)

    with peer(fail) as running:
        ended = doctor(desk, "--endpoint", running.url(""))
        assert not running.requests
    assert ended.code == 0
    assert not found(ended, "server")


# Broken files (A5).


@pytest.mark.parametrize(
    ("name", "content", "text", "mend"),
    [
        (
            "kaggle.json",
            '{"key": "geese-f1y-s0uth"}',
            'kaggle.json lacks "username"',
            "download a new kaggle.json",
        ),
        ("kaggle.json", '{"username": "ada"}', 'kaggle.json lacks "key"', "brant config set -n key"),
        (
            "kaggle.json",
            '{"username": "ada",',
            "kaggle.json is not JSON (line 1, column",
            "mend it, or remove",
        ),
        ("kaggle.json", "[]", "kaggle.json holds no JSON object", 'it must look like {"username": "…"'),
        ("access_token", "KGAT_0 1", "access_token holds a blank", "copy it again"),
        ("credentials.json", "{}", "credentials.json is not a login", "brant auth login"),
    ],
)
def test_a_broken_file_is_a_problem_with_a_way_out(
    desk: Desk, name: str, content: str, text: str, mend: str
) -> None:
    put(kaggle(desk) / name, content)
    ended = doctor(desk)
    (problem,) = found(ended, "credentials", "problem")
    assert text in problem["text"]
    assert mend in problem["mend"]
    assert ended.code == PROBLEM


def test_an_empty_token_file_is_noted(desk: Desk) -> None:
    put(kaggle(desk) / "access_token", "\n")
    (note, _) = found(doctor(desk), "credentials", "note")
    assert "access_token is empty and was passed over" in note["text"]
    assert "put an access token into it" in note["mend"]


def test_a_broken_source_hides_what_stands_behind_it(desk: Desk, token: str) -> None:
    put(kaggle(desk) / "access_token", "KGAT_0 1")
    put(kaggle(desk) / "kaggle.json", json.dumps({"username": "ada", "key": issued(KEY, user="ada")}))
    ended = doctor(desk)
    assert found(ended, "credentials", "ok") == []
    (note,) = found(ended, "credentials", "note")
    assert "kaggle.json is not used, since access_token comes first" in note["text"]


# Where credentials come from.


def test_what_shadows_what_is_told_in_the_official_order(desk: Desk, token: str) -> None:
    put(kaggle(desk) / "access_token", token)
    put(kaggle(desk) / "kaggle.json", json.dumps({"username": "ada", "key": issued(KEY, user="ada")}))
    ended = doctor(desk, KAGGLE_API_TOKEN=token)
    (used,) = found(ended, "credentials", "ok")
    assert used["text"] == "an access token from KAGGLE_API_TOKEN is used"
    shadowed = [one["text"] for one in found(ended, "credentials", "note")]
    assert shadowed == [
        f"an access token from {kaggle(desk)}/access_token is not used, since KAGGLE_API_TOKEN comes first",
        f"a legacy key from {kaggle(desk)}/kaggle.json is not used, since KAGGLE_API_TOKEN comes first",
    ]


@pytest.mark.parametrize(
    ("left", "refresh", "level", "text"),
    [
        (timedelta(hours=3), "KGRT_" + "again" * 6, "ok", "good until"),
        (timedelta(hours=-1), "KGRT_" + "again" * 6, "ok", "the next call renews it"),
        (timedelta(hours=-1), "", "problem", "the login ended at"),
    ],
)
def test_a_login_tells_its_end_and_its_scopes(
    desk: Desk, *, token: str, left: timedelta, refresh: str, level: str, text: str
) -> None:
    held = {
        "access_token": token,
        "refresh_token": refresh,
        "access_token_expiration": (datetime.now(UTC) + left).isoformat(),
        "username": "ada",
        "scopes": ["datasets.get:*"],
        "endpoint": desk.environ["BRANT_ENDPOINT"],
    }
    put(kaggle(desk) / "credentials.json", json.dumps(held))
    (finding,) = found(doctor(desk), "login")
    assert finding["level"] == level
    assert text in finding["text"]
    assert level == "problem" or "scopes: datasets.get:*" in finding["text"]


def test_a_login_of_another_server_is_noted(desk: Desk, token: str) -> None:
    held = {"access_token": token, "refresh_token": "", "endpoint": "http://127.0.0.1:8"}
    put(kaggle(desk) / "credentials.json", json.dumps(held))
    notes = [one["text"] for one in found(doctor(desk), "credentials", "note")]
    assert any("is a login for http://127.0.0.1:8 and was not sent to" in text for text in notes)


def test_a_profile_is_looked_at_alone(desk: Desk, token: str) -> None:
    put(kaggle(desk) / "profiles" / "lab" / "kaggle.json", '{"endpoint": "http://127.0.0.1:8"}')
    ended = doctor(desk, "--profile", "lab", KAGGLE_API_TOKEN=token)
    (note,) = found(ended, "credentials", "note")
    assert note["text"].startswith("the profile 'lab' has no credentials")
    assert found(ended, "endpoint")[0]["text"] == "the server is http://127.0.0.1:8"
    assert problems(doctor(desk, "--profile", "nowhere"))[0].startswith("there is no profile 'nowhere'")


# File modes.


@pytest.fixture
def open_files(desk: Desk, token: str) -> list[Path]:
    """Secrets that all may read, in a folder that all may write to."""
    files = [
        put(kaggle(desk) / "access_token", token, 0o644),
        put(kaggle(desk) / "profiles" / "lab" / "access_token", token, 0o640),
    ]
    kaggle(desk).chmod(0o777)
    (kaggle(desk) / "profiles" / "lab").chmod(0o755)
    return files


def modes(desk: Desk) -> dict[str, str]:
    places = [kaggle(desk), *kaggle(desk).rglob("*")]
    return {str(place.relative_to(desk.home)): f"{place.stat().st_mode & 0o777:o}" for place in places}


def test_files_that_others_can_read_are_problems(desk: Desk, open_files: list[Path]) -> None:
    ended = doctor(desk)
    assert [(one["level"], one["mend"]) for one in found(ended, "file modes")] == [
        ("problem", f"chmod 600 {open_files[0]}"),
        ("problem", f"chmod 600 {open_files[1]}"),
        ("problem", f"chmod 700 {kaggle(desk)}"),
        ("note", f"chmod 700 {kaggle(desk)}/profiles/lab"),
    ]
    # Each is told once: what reads credentials has its own warning.
    assert sum(str(open_files[0]) in text for text in problems(ended)) == 1
    assert "brant doctor --fix mends the file modes" in ended.err


def test_fix_asks_and_mends_them(desk: Desk, open_files: list[Path]) -> None:
    before = modes(desk)
    refused = doctor(desk, "--fix")
    assert refused.code == Declined.exit_code
    assert "error" in refused.document
    assert desk.at_terminal("doctor", "--offline", "--fix", typed="n\n").code == Declined.exit_code
    assert modes(desk) == before

    asked = desk.at_terminal("doctor", "--offline", "--fix", typed="y\n")
    assert f"Run chmod 600 {open_files[0]}" in asked.out.replace("\r", "").replace("\n", "")
    assert modes(desk) | {".kaggle/profiles": ""} == {
        ".kaggle": "700",
        ".kaggle/access_token": "600",
        ".kaggle/profiles": "",
        ".kaggle/profiles/lab": "700",
        ".kaggle/profiles/lab/access_token": "600",
    }


def test_fix_with_yes_does_not_ask_and_tells_what_it_did(desk: Desk, open_files: list[Path]) -> None:
    ended = doctor(desk, "--fix", "--yes")
    assert ended.code == 0, problems(ended)
    assert f"done: chmod 600 {open_files[0]}\n" in ended.err
    assert "no other user can read" in found(ended, "file modes", "ok")[0]["text"]
    again = doctor(desk, "--fix")
    assert "there is no file mode to mend" in again.err
    assert again.code == 0


def test_the_file_that_the_variable_names_is_looked_at_too(desk: Desk, token: str) -> None:
    file = put(desk.home / "elsewhere" / "token", token, 0o644)
    (finding,) = found(doctor(desk, KAGGLE_API_TOKEN=str(file)), "file modes", "problem")
    assert finding["mend"] == f"chmod 600 {file}"


# The official clients.


@pytest.fixture
def traps(tmp_path: Path) -> Iterator[Path]:
    """A folder whose modules leave a trace when they are imported; on the path of every interpreter."""
    for name in ("kaggle", "kagglehub"):
        (tmp_path / "traps" / name).mkdir(parents=True)
        (tmp_path / "traps" / name / "__init__.py").write_text(
            f"open({str(tmp_path / 'imported')!r}, 'w').close()\n"
        )
    yield tmp_path / "traps"
    assert not (tmp_path / "imported").exists(), "an official client was imported"


def test_the_official_clients_on_the_path_are_found_with_their_commands(desk: Desk) -> None:
    path = f"{official.program(official.CURRENT, 'kaggle').parent}{os.pathsep}{os.defpath}"
    ended = doctor(desk, "--commands", PATH=path)
    texts = [one["text"] for one in found(ended, "official clients", "ok")]
    assert any(text.startswith("kaggle 2.2.4 in ") for text in texts)
    assert any(text.startswith("kagglehub 1.0.2 in ") for text in texts)
    assert any(
        text.startswith("kaggle 2.2.4 has 102 commands, in the groups auth, benchmarks") for text in texts
    )
    assert "kaggle 2.2.4: models instances versions create" in texts
    assert found(ended, "official clients", "note") == []


def test_an_older_client_lacks_what_the_documentation_describes(desk: Desk) -> None:
    path = f"{official.program(official.LEGACY, 'kaggle').parent}{os.pathsep}{os.defpath}"
    ended = doctor(desk, PATH=path)
    (note,) = found(ended, "official clients", "note")
    assert note["text"] == (
        "kaggle 1.6.17 lacks auth, benchmarks, forums, quota, which today's documentation describes"
    )


def test_two_clients_on_the_path_are_both_told_of(desk: Desk) -> None:
    folders = [str(official.program(which, "kaggle").parent) for which in (official.LEGACY, official.CURRENT)]
    texts = [one["text"] for one in found(doctor(desk, PATH=os.pathsep.join(folders)), "official clients")]
    assert sum(" has " in text for text in texts) == 2


def test_no_official_client_is_imported(desk: Desk, traps: Path) -> None:
    script = desk.home / "bin" / "kaggle"
    put(script, f"#!{official.CURRENT / 'bin' / 'python'}\nimport kaggle\n", 0o755)
    doctor(desk, PATH=f"{script.parent}{os.pathsep}{os.defpath}", PYTHONPATH=str(traps))


def test_a_client_whose_commands_cannot_be_read_is_noted(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "packages"
    installed = next((official.CURRENT / "lib").glob("python3*/site-packages"))
    for name in ("kaggle", "kaggle-2.2.4.dist-info"):
        shutil.copytree(installed / name, copy / name)
    (copy / "kaggle" / "cli.py").write_text("def main(:")
    script = put(desk.home / "bin" / "kaggle", "#!/usr/bin/env python3\n", 0o755)
    ended = doctor(desk, PATH=f"{script.parent}{os.pathsep}{os.defpath}", PYTHONPATH=str(copy))
    texts = [one["text"] for one in found(ended, "official clients", "note")]
    assert any("which commands kaggle 2.2.4 has cannot be read from" in text for text in texts)
    # Nor is the package there that it forgets to ask for.
    assert any("needs the package six" in text for text in problems(ended))


def test_a_program_that_is_no_python_script_is_noted(desk: Desk) -> None:
    script = put(desk.home / "bin" / "kaggle", "#!/bin/sh\nexit 1\n", 0o755)
    ended = doctor(desk, PATH=f"{script.parent}{os.pathsep}{os.defpath}")
    assert f"{script} is no Python script" in found(ended, "official clients", "note")[0]["text"]


def test_commands_are_read_from_any_way_of_handing_parsers_on() -> None:
    source = """
def main():
    parser = ArgumentParser()
    nouns = parser.add_subparsers()
    geese(nouns)
    geese(unknown)
    alone = nouns.add_parser("alone")
    alone.set_defaults(func=print)
def geese(nouns):
    if old:
        noun = nouns.add_parser("geese")
    else:
        noun = nouns.add_parser("geese", aliases=["g"])
    verbs = noun.add_subparsers()
    fly = verbs.add_parser("fly")
    fly.add_argument("--far")
    fly.set_defaults(func=print)
"""
    assert commands_of(source) == ["geese fly", "alone"]
    assert commands_of("x = 1") == []


# The way to the server.


def test_a_server_that_is_not_there_is_a_problem(desk: Desk) -> None:
    ended = desk.brant("doctor", "--format", "json")
    (problem,) = found(ended, "server")
    assert "127.0.0.1:9 refused the connection" in problem["text"]
    assert problem["mend"]
    assert ended.code == PROBLEM


def test_a_server_that_does_not_know_the_token_is_a_problem(
    ada_desk: Desk, server: RunningServer, token: str
) -> None:
    ended = ada_desk.brant("doctor", "--format", "json", KAGGLE_API_TOKEN=token)
    assert "KAGGLE_API_TOKEN" in found(ended, "server", "problem")[0]["text"]
    assert ended.code == PROBLEM


def test_without_credentials_a_server_that_answers_is_well(desk: Desk, server: RunningServer) -> None:
    ended = desk.brant("doctor", "--format", "json", BRANT_ENDPOINT=server.address)
    assert "does not know you without credentials" in found(ended, "server", "ok")[0]["text"]
    assert ended.code == 0


@pytest.mark.parametrize(
    ("off", "level", "text"),
    [
        (0, "ok", "it goes as the server's does"),
        (40, "ok", "it goes as the server's does"),
        (100, "problem", "s behind the server's"),
        (-7200, "problem", "s ahead of the server's"),
    ],
)
def test_a_clock_that_is_off_by_a_minute_is_a_problem(desk: Desk, off: int, level: str, text: str) -> None:
    def answer(exchange: Exchange) -> None:
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=off), usegmt=True)
        kind = {"Content-Type": "application/json", "Date": moment, "RateLimit-Remaining": "7"}
        exchange.answer(200, b'{"userName": "ada"}', kind)

    with peer(answer) as running:
        ended = desk.brant("doctor", "--format", "json", "--endpoint", running.url(""))
    (clock,) = found(ended, "clock")
    assert (clock["level"], text in clock["text"]) == (level, True)
    assert found(ended, "rate limit")[0]["text"] == "the server says: remaining 7"


def test_a_server_that_takes_you_for_somebody_else_is_noted(desk: Desk) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.answer(200, b'{"userName": "bea"}', {"Content-Type": "application/json"})

    with peer(answer) as running:
        address = running.url("")
        given = {"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": KEY}
        ended = desk.brant("doctor", "--format", "json", "--endpoint", address, **given)
    (note,) = found(ended, "server")
    assert "takes you for bea" in note["text"]
    assert note["level"] == "note"


def test_proxy_and_certificates_in_force_are_told_without_passwords(desk: Desk, tmp_path: Path) -> None:
    given = {"http_proxy": f"http://ada:{issued('pr0xy-pass-word')}@proxy.example:3128"}
    ended = doctor(desk, **given, SSL_CERT_FILE=str(tmp_path / "none.pem"))
    assert found(ended, "proxy", "ok")[0]["text"] == "requests go through the proxy proxy.example:3128"
    assert "there is no file" in found(ended, "certificates", "problem")[0]["text"]
    (tmp_path / "none.pem").write_text("no certificate")
    ended = doctor(desk, http_proxy="socks5://proxy.example", SSL_CERT_FILE=str(tmp_path / "none.pem"))
    assert "holds no certificates" in found(ended, "certificates", "problem")[0]["text"]
    assert "socks5" in found(ended, "proxy", "problem")[0]["text"]


def test_an_endpoint_that_is_none_is_a_problem(desk: Desk) -> None:
    ended = desk.brant("doctor", "--format", "json", BRANT_ENDPOINT="ftp://x")
    (problem,) = found(ended, "endpoint")
    assert problem["text"] == "BRANT_ENDPOINT: 'ftp://x' is not an address"
    assert problem["mend"] == "write it as http://host:port or https://host"


def test_plain_http_to_another_machine_is_noted(desk: Desk) -> None:
    ended = doctor(desk, BRANT_ENDPOINT="http://lab.example:8765")
    assert "plain http" in found(ended, "endpoint", "note")[0]["text"]


# Folders.


def test_a_cache_that_is_no_folder_is_a_problem(desk: Desk) -> None:
    file = put(desk.home / "cache", "")
    ended = doctor(desk, KAGGLEHUB_CACHE=str(file))
    assert found(ended, "cache")[0]["text"] == f"{file} is no folder"
    assert ended.code == PROBLEM
    well = doctor(desk, KAGGLEHUB_CACHE=str(desk.home / "new" / "deep"))
    assert "can be written" in found(well, "cache", "ok")[0]["text"]
    assert not (desk.home / "new").exists(), "a check makes nothing"
