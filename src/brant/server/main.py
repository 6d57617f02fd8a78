"""The server's commands: `serve`, and `worker` and `admin` for who runs one."""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from brant.errors import BrantError, UsageError
from brant.redact import redact
from brant.server.admin.parser import add_admin, folder
from brant.server.settings import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_RATE_LIMIT,
    DEFAULT_RATE_WINDOW,
    DEFAULT_WORKER_MEGABYTES,
    DEFAULT_WORKERS,
    Settings,
)

if TYPE_CHECKING:
    from brant.server.domain.competitions.importing.importer import Imported


def main(argv: Sequence[str]) -> int:
    """Runs `serve …`, `worker …` or `admin …`; returns the exit code."""
    try:
        return run(argv, environ=os.environ, home=Path.home(), out=sys.stdout, stdin=sys.stdin)
    except BrantError as error:
        sys.stderr.write(f"brant: {redact(error.message)}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    home: Path,
    out: TextIO,
    stdin: TextIO | None = None,
) -> int:
    """As `main`, with all it reads and writes given. Raises BrantError, and SystemExit after printed help."""
    default_data = _default_data(environ, home)
    parser = _parser(default_data)
    options, surplus = parser.parse_known_args(argv)
    if surplus:
        parser.error(_too_much(surplus))
    if options.command == "serve":
        _serve(options, default_data, out)
        return 0
    options.data = options.data or default_data
    if options.command == "worker":
        _work(options, out)
    else:
        from brant.server.admin import commands

        commands.run(options, out, stdin or io.StringIO())
    return 0


def _too_much(surplus: Sequence[str]) -> str:
    """What is wrong with these words; what may be a password that somebody typed here is not said again."""
    unknown = [word.partition("=")[0] for word in surplus if word.startswith("--")]
    return f"no such option here: {', '.join(unknown)}" if unknown else "there are words too many"


def _serve(options: argparse.Namespace, default_data: Path, out: TextIO) -> None:
    from brant.server.edge.origins import parse_origin
    from brant.server.serving import serve

    imported, data = None, options.data or default_data
    if options.competition is not None:
        imported, data = _imported(options, default_data)
    settings = Settings(
        data=data,
        host=options.host,
        port=options.port,
        origins=tuple(parse_origin(text) for text in options.origin),
        trusted_proxies=tuple(options.trusted_proxy),
        verbose=options.verbose,
        rate_limit=options.rate_limit[0],
        rate_window=options.rate_limit[1],
        workers=options.workers,
        worker_megabytes=options.worker_memory,
    )

    serve(settings, lambda address: _say(out, _welcome(address, settings, imported)))


def _say(out: TextIO, words: str) -> None:
    out.write(words)
    out.flush()


def _work(options: argparse.Namespace, out: TextIO) -> None:
    from brant.server.jobs.halting import Halt
    from brant.server.jobs.program import work
    from brant.server.logs import start_logging

    start_logging(verbose=options.verbose)
    halt = Halt(leash=None if options.leash is None else sys.stdin.fileno())
    with halt.on_signals():
        work(
            options.data,
            memory=options.worker_memory * 1_000_000,
            halt=halt,
            name=options.leash,
            ready=lambda: _say(out, f"brant: working (data {options.data})\n"),
        )


def _imported(options: argparse.Namespace, default_data: Path) -> "tuple[Imported, Path]":
    """The competition that is to be served alone, and the data folder in which it is now."""
    from datetime import UTC, datetime

    from brant.server.alone import prepare
    from brant.server.domain.competitions.importing.folder import read

    found = read(options.competition)
    data = options.data or default_data.with_name("brant-competitions") / found.declared.slug
    return prepare(found, data, datetime.now(UTC)), data


def _welcome(address: str, settings: Settings, imported: "Imported | None") -> str:
    """The first line is for programs: `brant: serving ADDRESS (data FOLDER)`."""
    data = settings.data
    return f"""brant: serving {address} (data {data})

  Our client and library:    export BRANT_ENDPOINT={address}
  kaggle 2, kagglehub 1:     export KAGGLE_API_ENVIRONMENT=LOCALHOST http_proxy={address} no_proxy= NO_PROXY=
  kaggle 1, kagglehub 0.3:   export KAGGLE_API_ENDPOINT={address}
  (`brant env --endpoint {address}` prints them for your shell.)

{_first_steps(address, settings)}{_joining(address, settings, imported) if imported else ""}
  Ctrl-C stops it.
"""


def _joining(address: str, settings: Settings, imported: "Imported") -> str:
    """How participants come in, who have a user of their own."""
    pages, slug = settings.origins[0] if settings.origins else address, imported.slug
    return f"""
  The competition:           {pages}/competitions/{slug}
  With a token, they do:     brant competitions join {slug}
                             brant competitions download {slug} --unzip -p data
                             brant competitions submit {slug} -f submission.csv -m "my first" --wait
                             brant competitions leaderboard {slug}
  What its folder changed:   {f"{chr(10)}{'':29}".join(imported.done) or "nothing"}
"""


def _first_steps(address: str, settings: Settings) -> str:
    data = settings.data
    steps = f"""\
  Users of the API alone:    brant admin user add NAME --data {data}
  and a token for them:      export KAGGLE_API_TOKEN=$(brant admin token NAME --data {data})
"""
    pages = settings.origins[0] if settings.origins else address
    if not settings.setup_code.exists():
        return f"""\
  Its pages:                 {pages}
  and a login from there:    brant auth login

{steps}"""
    return f"""\
  Its administrator:         {pages}/setup makes the first one
  and asks for the code in:  {settings.setup_code}

{steps}"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        """Raises UsageError, so that all errors leave by one way."""
        raise UsageError(f"{message}; see {self.prog} --help")


def _parser(default_data: Path) -> _Parser:
    data = _Parser(add_help=False)
    shown = str(default_data).replace("%", "%%")
    data.add_argument("--data", type=folder, metavar="DIR", help=f"data folder (default: {shown})")
    parser = _Parser(prog="brant", add_help=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", parents=[data], help="serve a Kaggle of your own"))
    worker = commands.add_parser("worker", parents=[data], help="score submissions beside a server")
    worker.add_argument("--leash", metavar="NAME", help=argparse.SUPPRESS)  # the server's own workers
    _add_worker_memory(worker)
    worker.add_argument("--verbose", action="store_true", help="log more than warnings and errors")
    admin = commands.add_parser("admin", help="users, tokens, organizations, backups, garbage collection")
    add_admin(admin.add_subparsers(dest="action", required=True, metavar="ACTION"), data)
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
        "--trusted-proxy",
        action="append",
        type=_network,
        default=[],
        metavar="IP",
        help="address or network of a proxy whose X-Forwarded-For tells who calls; may be repeated",
    )
    parser.add_argument(
        "--rate-limit",
        type=_rate,
        default=(DEFAULT_RATE_LIMIT, DEFAULT_RATE_WINDOW),
        metavar="N[/S]",
        help="requests for one user in a minute, or in S seconds; other limits follow from it, 0 is none "
        f"(default: {DEFAULT_RATE_LIMIT})",
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        default=DEFAULT_WORKERS,
        metavar="N",
        help="submissions scored at a time; 0 leaves all to `brant worker` (default: %(default)s)",
    )
    _add_worker_memory(parser)
    parser.add_argument(
        "--competition",
        type=folder,
        metavar="FOLDER",
        help="bring the competition of that folder up to date and serve it alone, from a data folder of its "
        "own unless --data names one",
    )
    parser.add_argument("--verbose", action="store_true", help="log one line for each request")


def _add_worker_memory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--worker-memory",
        type=_megabytes,
        default=DEFAULT_WORKER_MEGABYTES,
        metavar="MB",
        help="memory that scoring one file may take (default: %(default)s)",
    )


def _default_data(environ: Mapping[str, str], home: Path) -> Path:
    """XDG Base Directory Specification: a relative XDG_DATA_HOME does not count."""
    base = Path(environ.get("XDG_DATA_HOME") or "")
    return (base if base.is_absolute() else home / ".local" / "share") / "brant"


def _rate(text: str) -> tuple[int, int]:
    """Requests, and in how many seconds."""
    count, slash, seconds = text.partition("/")
    if not _is_count(count) or (slash and not (_is_count(seconds) and 1 <= int(seconds) <= 3600)):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a limit: expected requests a minute, or REQUESTS/SECONDS with 1 to 3600 seconds"
        )
    return int(count), int(seconds) if slash else DEFAULT_RATE_WINDOW


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _workers(text: str) -> int:
    if not _is_count(text) or int(text) > 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers: expected 0 to 64")
    return int(text)


def _megabytes(text: str) -> int:
    if not _is_count(text) or int(text) < 100:
        raise argparse.ArgumentTypeError(f"{text!r} is too little memory: expected megabytes, 100 or more")
    return int(text)


def _network(text: str) -> str:
    from ipaddress import ip_network

    try:
        return str(ip_network(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither an IP address nor a network such as 10.0.0.0/8"
        ) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: expected 0 to 65535")
    return int(text)
