"""The server's commands: `serve`, and `admin` for who runs one."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from brant.errors import BrantError, UsageError
from brant.redact import redact
from brant.server.settings import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_RATE_LIMIT, Settings


def main(argv: Sequence[str]) -> int:
    """Runs `serve …` or `admin …`; returns the exit code."""
    try:
        return run(argv, environ=os.environ, home=Path.home(), out=sys.stdout)
    except BrantError as error:
        sys.stderr.write(f"brant: {redact(error.message)}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def run(argv: Sequence[str], *, environ: Mapping[str, str], home: Path, out: TextIO) -> int:
    """As `main`, with all it reads and writes given. Raises BrantError, and SystemExit after printed help."""
    options = _parser(_default_data(environ, home)).parse_args(argv)
    if options.command == "serve":
        _serve(options, out)
    else:
        from brant.server import admin

        admin.run(options, out)
    return 0


def _serve(options: argparse.Namespace, out: TextIO) -> None:
    from brant.server.edge.origins import parse_origin
    from brant.server.serving import serve

    settings = Settings(
        data=options.data,
        host=options.host,
        port=options.port,
        origins=tuple(parse_origin(text) for text in options.origin),
        verbose=options.verbose,
        rate_limit=options.rate_limit,
    )

    def announce(address: str) -> None:
        out.write(_welcome(address, settings.data))
        out.flush()

    serve(settings, announce)


def _welcome(address: str, data: Path) -> str:
    """The first line is for programs: `brant: serving ADDRESS (data FOLDER)`."""
    return f"""brant: serving {address} (data {data})

  Our client and library:    export BRANT_ENDPOINT={address}
  kaggle 2, kagglehub 1:     export KAGGLE_API_ENVIRONMENT=LOCALHOST http_proxy={address} no_proxy= NO_PROXY=
  kaggle 1, kagglehub 0.3:   export KAGGLE_API_ENDPOINT={address}
  (`brant env --endpoint {address}` prints them for your shell.)

  A first user:              brant admin user add NAME --data {data}
  and a token for them:      export KAGGLE_API_TOKEN=$(brant admin token NAME --data {data})

  Ctrl-C stops it.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """Raises UsageError, so that all errors leave by one way."""
        raise UsageError(f"{message}; see {self.prog} --help")


def _parser(default_data: Path) -> _Parser:
    data = _Parser(add_help=False)
    data.add_argument(
        "--data", type=_folder, default=default_data, metavar="DIR", help="data folder (default: %(default)s)"
    )
    parser = _Parser(prog="brant", add_help=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", parents=[data], help="serve a Kaggle of your own"))
    admin = commands.add_parser("admin", help="users, tokens, backups, garbage collection")
    _add_admin(admin.add_subparsers(dest="action", required=True, metavar="ACTION"), data)
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default=DEFAULT_HOST, metavar="H", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        metavar="N",
        help="0 for any free one (default: %(default)s)",
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="a public address to answer for, such as https://kaggle.example.org; may be repeated",
    )
    parser.add_argument(
        "--rate-limit",
        type=_count,
        default=DEFAULT_RATE_LIMIT,
        metavar="N",
        help="requests a minute for one user; other limits follow from it, 0 is none (default: %(default)s)",
    )
    parser.add_argument("--verbose", action="store_true", help="log one line for each request")


def _add_admin(actions: "argparse._SubParsersAction[_Parser]", data: _Parser) -> None:
    user = actions.add_parser("user", help="add and list users").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    add = user.add_parser("add", parents=[data], help="add a user")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--admin", action="store_true", help="one who may do everything")
    user.add_parser("list", parents=[data], help="list all users")
    token = actions.add_parser("token", parents=[data], help="make an access token and print it, this once")
    token.add_argument("name", metavar="NAME")
    key = actions.add_parser(
        "key", parents=[data], help="make a legacy key and print it as kaggle.json, this once"
    )
    key.add_argument("name", metavar="NAME")
    backup = actions.add_parser(
        "backup", parents=[data], help="copy everything to a new folder, also while serving"
    )
    backup.add_argument("to", type=_folder, metavar="TO")
    gc = actions.add_parser("gc", parents=[data], help="remove what nothing holds any more")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")


def _default_data(environ: Mapping[str, str], home: Path) -> Path:
    """XDG Base Directory Specification: a relative XDG_DATA_HOME does not count."""
    base = Path(environ.get("XDG_DATA_HOME") or "")
    return (base if base.is_absolute() else home / ".local" / "share") / "brant"


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of requests: expected 0 or more")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: expected 0 to 65535")
    return int(text)
