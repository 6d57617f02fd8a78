"""No secret is shown: all that are in play are looked for in every byte that commands of every sort print."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from brant.errors import NotFound
from tests.cli.desk import Desk, Ended
from tests.cli.line import Line
from tests.conftest import RunningServer, User
from tests.ledger import issued
from tests.transfer.peer import Exchange, peer

PROXY_PASSWORD = "Proxy-Pass-7e1f"
# What goes over the line and would let whoever sees it act for the user.
ON_THE_LINE = (
    rb"(?i)authorization: \w+ ([^\r\n]+)",
    rb"signature=([0-9a-f]+)",
    rb"/storage/uploads/([\w-]+)",
    rb'"token": ?"([^"]+)"',
)


class Eavesdropper:
    """Listens to a line, and to what commands print; knows every secret of both."""

    def __init__(self, desk: Desk, line: Line, *secrets: str) -> None:
        self.desk = desk
        self.line = line
        self.secrets = {secret.encode() for secret in secrets}
        self.printed: list[tuple[tuple[str | Path, ...], Ended]] = []

    def brant(self, *words: str | Path, **environ: str) -> Ended:
        """Runs a command in every manner of telling, and takes in all of it."""
        for more in ([], ["--verbose"], ["--verbose", "--format", "json"]):
            ended = self.desk.brant(*words, *more, **environ)
            self.printed.append(((*words, *more), ended))
        return ended

    def check(self) -> None:
        """Fails by the command that showed a secret."""
        passed = bytes(self.line.passed)
        for pattern in ON_THE_LINE:
            found = set(re.findall(pattern, passed))
            assert found, f"nothing like {pattern!r} went over the line"
            self.secrets |= found
        for words, ended in self.printed:
            for secret in self.secrets:
                assert secret not in (ended.out + ended.err).encode(), words


def test_no_command_shows_a_secret(
    ada_desk: Desk, server: RunningServer, ada: User, draft: Callable[..., Path], tmp_path: Path
) -> None:
    with Line(server.address, Line.cut) as line:
        through = urlsplit(line.address).netloc
        pair = b64encode(f"{ada.name}:{ada.key}".encode()).decode()
        ear = Eavesdropper(ada_desk, line, ada.token, ada.key, pair, PROXY_PASSWORD)
        ada_desk.environ["http_proxy"] = f"http://proxied:{PROXY_PASSWORD}@{through}"
        handle = f"{ada.name}/penguins"
        folder = draft("penguins", {"penguins.csv": b"x" * 1000})

        ear.brant("datasets", "create", "-p", folder)
        (folder / "more.csv").write_text("more")
        ear.brant("datasets", "version", "-m", "more", "-p", folder)
        ear.brant("datasets", "list", "--mine")
        ear.brant("datasets", "files", handle)
        for choice in ([], ["--unzip"], ["-f", "penguins.csv"], ["--include", "*.csv"], ["-f", "nothing"]):
            ear.brant("datasets", "download", handle, "--force", *choice)
        ear.brant("datasets", "status", handle)
        ear.brant("datasets", "status", "nobody/nothing")
        ear.brant("datasets", "metadata", handle, "-p", tmp_path / "metadata", "--force")
        ear.brant("datasets", "metadata", handle, "-p", folder, "--update")
        ear.brant("env")
        ear.brant("config", "set", "-n", "proxy", "-v", ada_desk.environ["http_proxy"])
        ear.brant("config", "set", "-n", "key", "-v", ada.key)
        ear.brant("config", "view")

        legacy = {"KAGGLE_API_TOKEN": "", "KAGGLE_USERNAME": ada.name, "KAGGLE_KEY": ada.key}
        ear.brant("datasets", "list", "--mine", **legacy)
        ear.brant("config", "view", **legacy)
        ear.brant("datasets", "list", "--mine", KAGGLE_API_TOKEN=ada.token[:-1])
        ear.brant("datasets", "list", "--mine", KAGGLE_API_TOKEN=ada.token + " ")
        ear.brant("datasets", "list", "--endpoint", f"http://ada:{ada.key}@127.0.0.1:x")
        ear.brant("datasets", "list", http_proxy=f"http://proxied:{PROXY_PASSWORD}@127.0.0.1:9")
        ear.brant("datasets", "list", http_proxy=f"socks5://proxied:{PROXY_PASSWORD}@127.0.0.1:9")
        line.cut()
        ear.brant("datasets", "delete", handle, "--yes")

        ear.secrets.add(ada.token[:-1].encode())
        ear.check()


@pytest.mark.parametrize(
    "said",
    [
        {"code": 400, "message": "cannot take {}"},
        {"code": 401, "message": "{} is not known"},
        {"status": "error", "error": "no such token: {}"},
        "plain {} words",
    ],
    ids=str,
)
@pytest.mark.parametrize("secret", ["KGAT_0123456789abcdef", "c0ffee00c0ffee00c0ffee00c0ffee00"])
def test_a_server_that_says_a_secret_back_does_not_get_it_shown(
    desk: Desk, draft: Callable[..., Path], secret: str, said: object
) -> None:
    content = json.dumps(said).replace("{}", secret).encode()

    def answer(exchange: Exchange) -> None:
        is_first = exchange.request.target.endswith("Hello")
        kind = "application/json" if isinstance(said, dict) else "text/plain"
        exchange.answer(200 if isinstance(said, dict) or is_first else 400, content, {"Content-Type": kind})

    with peer(answer) as running:
        for credentials in (
            {"KAGGLE_API_TOKEN": secret},
            {"KAGGLE_USERNAME": "ada", "KAGGLE_KEY": secret},
        ):
            for words in (["list"], ["delete", "ada/geese-north", "--yes"]):
                ended = desk.brant(
                    *("datasets", *words, "--verbose", "--endpoint", running.url("")), **credentials
                )
                assert secret not in ended.out + ended.err


# Put together by the script itself, so that no line of source in a traceback holds one.
CRASH = """
import sys, threading, warnings
from brant.cli import crashes
crashes.filter_crashes()
TOKEN, KEY = "KGAT_" + "cra5h" * 6, "c0ffee00" * 4
error = ValueError({{"key": KEY}}, f"Bearer {{TOKEN}}")
{body}
"""


@pytest.mark.parametrize(
    ("body", "remains"),
    [
        ("raise error", "ValueError: ({'key': '***'}, 'Bearer KGAT_***')"),
        ("raise KeyError(f'password={KEY}') from error", "was the direct cause"),
        (
            "def fall():\n    raise error\nthreading.Thread(target=fall).start()",
            "Exception in thread Thread-1",
        ),
        ("class Fading:\n    def __del__(self):\n        raise error\nFading()", "Exception ignored in"),
        ("warnings.warn(f'do not pass {TOKEN}')", "UserWarning: do not pass KGAT_***"),
        ("import atexit\natexit.register(lambda: {}[KEY])", "KeyError: '***'"),
    ],
    ids=["uncaught", "with its cause", "in a thread", "in a finalizer", "a warning", "at the end"],
)
def test_a_crash_shows_no_secret(desk: Desk, body: str, remains: str) -> None:
    ended = desk.python(CRASH.format(body=body))
    for secret in ("cra5hcra5h", "c0ffee00c0ffee00"):
        assert secret not in ended.out + ended.err
    assert remains in ended.err


@pytest.mark.parametrize("words", [["config", "path"], ["serve", "--port", "x"]])
def test_a_verb_filters_crashes_from_the_beginning(desk: Desk, words: list[str]) -> None:
    script = f"""
from brant.cli.main import main
main({words!r})
raise ValueError("KGAT_" + "cra5h" * 6)
"""
    assert desk.python(script).err.endswith("ValueError: KGAT_***\n")


def test_a_key_in_the_wrong_place_is_not_shown(desk: Desk) -> None:
    key = issued("c0ffee00" * 4)
    for words in (
        ["config", "set", "-n", "key", "-v", "x", key],
        ["config", key],
        ["datasets", "list", f"--key={key}"],
        ["datasets", "files", key],
        ["datasets", "list", "--page", key],
        ["--profile", key, "config", "view"],
        [key],
    ):
        ended = desk.brant(*words)
        assert key not in ended.out + ended.err, words
        assert ended.code, words


def test_an_error_of_the_library_holds_no_secret() -> None:
    key, token = "c0ffee00" * 4, "KGAT_" + "cra5h" * 6
    error = NotFound(f"no such thing: {{'key': '{key}'}} with {token}")
    for shown in (str(error), repr(error), error.message, *map(str, error.args)):
        assert key not in shown
        assert "cra5h" not in shown
