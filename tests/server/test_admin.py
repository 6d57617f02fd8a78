"""`brant admin`: passwords, tokens with scopes, and organizations."""

import fcntl
import io
import os
import pty
import re
import stat
import subprocess
import sys
import termios
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brant.contract.scopes import FULL, parse
from brant.errors import BrantError, Conflict, InvalidInput, NotFound, Unauthenticated, UsageError
from brant.server.domain.accounts.redirects import BadRedirect
from brant.server.domain.services import Services
from brant.server.main import main, run
from tests.ledger import issued

PASSWORD = issued("a swan, crossing the lake")
HERE = "198.51.100.7"


class Folder:
    """A data folder and who administers it."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def admin(self, *words: str, typed: str | None = None) -> str:
        """Runs `brant admin …`; `typed` is its standard input."""
        out, stdin = io.StringIO(), None if typed is None else io.StringIO(typed)
        command = ["admin", *words, "--data", str(self.data)]
        run(command, environ={}, home=self.data.parent, out=out, stdin=stdin)
        return out.getvalue()

    def open(self) -> Services:
        return Services.open(self.data)

    def signs_in(self, name: str, password: str) -> bool:
        services = self.open()
        try:
            services.users.sign_in(name, password, HERE, datetime.now(UTC))
        except Unauthenticated:
            return False
        finally:
            services.close()
        return True

    @property
    def setup_code(self) -> Path:
        return self.data / "setup.code"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "data")
    made.admin("user", "add", "ada")
    return made


def at_terminal(folder: Folder, *words: str, typed: tuple[str, ...]) -> tuple[int, str]:
    """Runs `brant admin …` at a terminal, types a line for each question; returns what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "brant", "admin", *words, "--data", str(folder.data)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  one thread here
    )
    os.close(theirs)
    shown, asked = b"", list(typed)
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # EIO: the last holder of the terminal has gone
            break
        if not piece:
            break
        shown += piece
        if asked and shown.count(b": ") > len(typed) - len(asked):
            os.write(ours, f"{asked.pop(0)}\n".encode())
    os.close(ours)
    return process.wait(timeout=30), shown.decode().replace("\r\n", "\n")


def test_a_password_is_one_line_of_standard_input(folder: Folder) -> None:
    told = folder.admin("password", "Ada", typed=f"{PASSWORD}\nmore\n")
    assert told == "ada has a new password; every browser of theirs is signed out\n"
    assert folder.signs_in("ada", PASSWORD)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_end_of_the_line_is_no_part_of_it_but_blanks_are(folder: Folder, ending: str) -> None:
    folder.admin("password", "ada", typed=f"  {PASSWORD} {ending}")
    assert folder.signs_in("ada", f"  {PASSWORD} ")
    assert not folder.signs_in("ada", PASSWORD)


def test_a_password_is_typed_twice_at_a_terminal_and_not_shown(folder: Folder) -> None:
    code, shown = at_terminal(folder, "password", "ada", typed=(PASSWORD, PASSWORD))
    assert code == 0
    assert shown == (
        "New password: \nThe same again: \nada has a new password; every browser of theirs is signed out\n"
    )
    assert folder.signs_in("ada", PASSWORD)


def test_two_different_passwords_change_nothing(folder: Folder) -> None:
    folder.admin("password", "ada", typed=PASSWORD)
    code, shown = at_terminal(folder, "password", "ada", typed=("another password", "yet another one"))
    assert code == 3
    assert shown.endswith("brant: these were two different passwords: try again\n")
    assert folder.signs_in("ada", PASSWORD)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "no password came"),
        ("\n", "no password came"),
        ("short\n", "10 to 1000"),
        ("x" * 1001, "10 to 1000"),
    ],
    ids=["nothing", "an empty line", "too short", "too long"],
)
def test_any_other_line_is_refused(folder: Folder, typed: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        folder.admin("password", "ada", typed=typed)


def test_a_password_that_is_not_utf_8_is_refused(folder: Folder) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"caf\xe9 cr\xe8me\n"), encoding="utf-8")
    with pytest.raises(InvalidInput, match="UTF-8"):
        run(
            ["admin", "password", "ada", "--data", str(folder.data)],
            environ={},
            home=folder.data,
            out=io.StringIO(),
            stdin=stdin,
        )


def test_a_password_is_never_an_argument(folder: Folder) -> None:
    for words in (
        ("password", "ada", PASSWORD),
        ("user", "add", "bob", "--password", PASSWORD),
        ("user", "add", "bob", f"--secret={PASSWORD}"),
    ):
        with pytest.raises(UsageError) as refused:
            folder.admin(*words)
        assert PASSWORD not in refused.value.message


def test_a_user_may_come_with_a_password(folder: Folder) -> None:
    folder.admin("user", "add", "grace", "--password-stdin", typed=PASSWORD)
    assert folder.signs_in("grace", PASSWORD)
    with pytest.raises(InvalidInput):
        folder.admin("user", "add", "edith", "--password-stdin", typed="")
    assert [line.split("\t")[0::3] for line in folder.admin("user", "list").splitlines()] == [
        ["ada", "no password"],
        ["grace", "password"],
    ]


def test_the_list_of_users_shows_roles(folder: Folder) -> None:
    folder.admin("user", "add", "root", "--admin")
    rows = [line.split("\t") for line in folder.admin("user", "list").splitlines()]
    assert [row[:2] for row in rows] == [["ada", "user"], ["root", "admin"]]


def test_a_token_has_the_scopes_the_label_and_the_end_that_were_asked_for(folder: Folder) -> None:
    words = (
        "--scope",
        "datasets.get:*",
        "--scope",
        "kernels.get:*,models.get:*",
        "--label",
        "ci",
        "--expires",
        "30d",
    )
    small = issued(folder.admin("token", "ada", *words).strip())
    full = issued(folder.admin("token", "ada").strip())
    services = folder.open()
    try:
        now = datetime.now(UTC)
        found = services.tokens.find(small, now)
        assert found is not None
        assert found.scopes == parse("datasets.get:* kernels.get:* models.get:*")
        assert found.expires == found.created + timedelta(days=30)
        newest, oldest = services.tokens.of(found.user_id, now)
        assert (newest.label, newest.scopes, newest.expires) == ("", FULL, None)
        assert oldest.label == "ci"
        assert services.tokens.bearer(full, now) is not None
        assert services.tokens.bearer(small, now + timedelta(days=30)) is None
    finally:
        services.close()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("token", "ada", "--scope", "datasets.fly:*"), InvalidInput),
        (("token", "ada", "--scope", ""), InvalidInput),
        (("token", "ada", "--label", "x" * 101), InvalidInput),
        *(
            (("token", "ada", "--expires", length), UsageError)
            for length in ("", "30", "0d", "-1d", "1y", "1.5h", "99999w", "d", "٣d", "1d ")
        ),
        (("password", "nobody"), NotFound),
        (("org", "create", "acme"), UsageError),
        (("org", "create", "acme", "--owner", "nobody"), NotFound),
        (("org", "create", "ada", "--owner", "ada"), Conflict),
        (("org", "create", "download", "--owner", "ada"), InvalidInput),
        (("org", "create", "acme", "--owner", "ada", "--redirect-uri", "http://x.example/"), BadRedirect),
        (("org", "member", "add", "acme", "ada"), NotFound),
        (("org", "member", "add", "acme", "ada", "--role", "king"), UsageError),
        (("org", "member"), UsageError),
        (("org", "redirect", "acme", "https://x.example/"), NotFound),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.__name__,
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    folder: Folder, words: tuple[str, ...], kind: type[BrantError]
) -> None:
    with pytest.raises(kind) as refused:
        folder.admin(*words, typed=PASSWORD)
    assert type(refused.value) is kind
    assert "\n" not in refused.value.message
    assert folder.admin("org", "list") == ""


def test_an_organization_is_made_with_its_client(folder: Folder) -> None:
    uris = ("https://app.example.org/done", "https://app.example.org/again")
    told = folder.admin(
        *("org", "create", "Acme", "--owner", "ada", "--name", "Acme & Sons"),
        *("--redirect-uri", uris[0], "--redirect-uri", uris[1]),
    )
    assert "org:acme" in told
    assert "brant admin key ada" in told
    assert folder.admin("org", "list") == f"acme\tAcme & Sons\tada\t1\t{' '.join(uris)}\n"


def test_members_and_redirect_uris_are_changed(folder: Folder) -> None:
    folder.admin("user", "add", "bob")
    folder.admin("org", "create", "acme", "--owner", "ada")
    assert folder.admin("org", "member", "add", "acme", "bob") == "bob is now member of acme\n"
    assert (
        folder.admin("org", "member", "add", "acme", "Bob", "--role", "owner") == "bob is now owner of acme\n"
    )
    assert folder.admin("org", "list").split("\t")[2:4] == ["ada,bob", "2"]
    assert folder.admin("org", "member", "remove", "acme", "ada") == "ada is no longer in acme\n"
    with pytest.raises(Conflict, match="without an owner"):
        folder.admin("org", "member", "remove", "acme", "bob")
    assert folder.admin("org", "redirect", "acme", "https://a.example/x") == "https://a.example/x\n"
    assert folder.admin("org", "list") == "acme\tacme\tbob\t1\thttps://a.example/x\n"
    assert "no redirect URI" in folder.admin("org", "redirect", "acme")
    assert folder.admin("org", "list") == "acme\tacme\tbob\t1\t\n"


def test_a_server_without_administrator_names_its_page_and_its_file_and_never_the_code(new_server) -> None:  # type: ignore[no-untyped-def]
    server = new_server("--verbose")
    folder = Folder(server.data)
    code = folder.setup_code.read_text().strip()
    issued(code)
    assert stat.S_IMODE(folder.setup_code.stat().st_mode) == 0o600
    server.stop()
    told = server.process.stdout.read()

    assert f"{server.address}/setup" in told
    assert str(folder.setup_code) in told
    for text in (told, server.log.read_text()):
        assert code not in text
        assert code.replace("-", "") not in text
    assert re.fullmatch(r"([A-Z2-7]{4}-){4}[A-Z2-7]{4}", code)


def test_a_server_with_a_public_address_names_its_page_there(new_server) -> None:  # type: ignore[no-untyped-def]
    server = new_server("--origin", "https://kaggle.example.org")
    server.stop()
    assert "https://kaggle.example.org/setup" in server.process.stdout.read()


def test_the_code_goes_as_soon_as_an_administrator_can_sign_in(new_server, folder: Folder) -> None:  # type: ignore[no-untyped-def]
    server = new_server(data=folder.data)
    assert folder.setup_code.exists()
    folder.admin("user", "add", "grace", "--password-stdin", typed=PASSWORD)
    folder.admin("user", "add", "root", "--admin")
    assert folder.setup_code.exists()
    folder.admin("password", "root", typed=PASSWORD)
    assert not folder.setup_code.exists()
    server.stop()

    again = new_server(data=folder.data)
    assert not folder.setup_code.exists()
    again.stop()
    assert "/setup" not in again.process.stdout.read()


def test_an_administrator_with_a_password_from_the_start_needs_no_code(tmp_path: Path, new_server) -> None:  # type: ignore[no-untyped-def]
    folder = Folder(tmp_path / "data")
    folder.admin("user", "add", "root", "--admin", "--password-stdin", typed=PASSWORD)
    new_server(data=folder.data)
    assert not folder.setup_code.exists()


def test_ctrl_c_at_the_question_ends_it(folder: Folder) -> None:
    code, _ = at_terminal(folder, "password", "ada", typed=("\x03",))
    assert code == 130


def test_help_is_there_on_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("org",), ("org", "member"), ("org", "member", "add"), ("password",), ("token",)):
        with pytest.raises(SystemExit) as ended:
            main(["admin", *words, "--help"])
        assert ended.value.code == 0
        assert "usage: brant admin" in capsys.readouterr().out
