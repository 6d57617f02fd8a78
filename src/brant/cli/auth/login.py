"""`brant auth login`: logs in through the server's pages, or takes a token that was made there."""

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from brant.cli.auth.stored import Stored, file_of, other_source, stored, visitor
from brant.cli.context import Context
from brant.cli.parser import count
from brant.errors import BrantError, Conflict, Declined, InvalidInput, LocalFailure, UsageError

if TYPE_CHECKING:
    from brant.client.login_file import Login
    from brant.client.session import Session

EXAMPLES = """\
examples:
  brant auth login
  brant auth login --no-launch-browser
  brant auth login --scope 'datasets.get:*' --scope 'competitions.submit:*'
  brant auth login --with-token < token.txt"""

_TIMEOUT: Final = 300


class Options(NamedTuple):
    """`scopes` as they were given, empty for all; `timeout` in seconds."""

    browser: bool
    force: bool
    scopes: tuple[str, ...]
    timeout: int
    with_token: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant auth login`."""
    parser.add_argument(
        "--no-launch-browser",
        action="store_true",
        help="print an address to open anywhere, and ask for the code that is shown there",
    )
    parser.add_argument("--force", action="store_true", help="log in anew, whoever is logged in")
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help="ask to do this alone, such as datasets.get:* or datasets.update:owner/slug; more than once for "
        "more (default: all that you may do, as the official command line does)",
    )
    parser.add_argument(
        "--timeout",
        type=count,
        default=_TIMEOUT,
        metavar="SECONDS",
        help=f"how long to wait for the browser ({_TIMEOUT})",
    )
    parser.add_argument(
        "--with-token", action="store_true", help="read an access token from standard input, and keep that"
    )


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    if parsed.with_token and (parsed.scope or parsed.no_launch_browser):
        raise UsageError("--with-token takes a token as it is: leave out --scope and --no-launch-browser")
    scopes = tuple(word for text in parsed.scope for word in text.replace(",", " ").split())
    if parsed.scope and not scopes:
        raise UsageError("--scope is empty: give one such as datasets.get:*, or leave it out")
    return Options(
        browser=not parsed.no_launch_browser,
        force=parsed.force,
        scopes=scopes,
        timeout=parsed.timeout,
        with_token=parsed.with_token,
    )


def run(options: Options, context: Context) -> None:
    """Logs in, and says as whom, where, and what that allows. A login that is still good is kept."""
    with visitor(context) as session:
        if options.with_token:
            from brant.cli.auth.with_token import take_token

            take_token(session, context, force=options.force)
            return
        # Whatever lies there, --force puts the new one in its place.
        if not options.force and _is_kept(stored(context), session, context):
            return
        login = _log_in(options, session, context)
        _keep(login, session, context)
    _tell(login, context)


def _is_kept(kept: Stored, session: "Session", context: Context) -> bool:
    """Whether the login that is there still serves. Raises Conflict for one that would be lost."""
    if kept.login is None:
        return False
    foreign = kept.foreign_to(session)
    if foreign:
        raise Conflict(
            f"{foreign}: --force puts the new one in its place, --profile NAME keeps the new one apart"
        )
    from brant.client.login import is_live

    if not is_live(session, kept.file, kept.login):
        context.say(f"The login in {kept.file} has ended.")
        return False
    who = kept.login.username or "somebody"
    context.out.write(f"You are logged in as {who} at {session.endpoint} already; --force logs in anew.\n")
    _warn_of_another(context)
    return True


def _log_in(options: Options, session: "Session", context: Context) -> "Login":
    from brant.cli.auth.browser import opener
    from brant.client.login import log_in
    from brant.client.oauth import DEFAULT_SCOPES

    def ask(address: str) -> str:
        context.say("Open this address in any browser, and log in there:")
        context.say(f"  {address}")
        return _pasted(context)

    return log_in(
        session,
        ask=ask,
        open_browser=opener(context.environ, context.say) if options.browser else None,
        scope=_checked(options.scopes, session) or DEFAULT_SCOPES,
        timeout=options.timeout,
    )


def _keep(login: "Login", session: "Session", context: Context) -> None:
    from brant.client.login import keep, revoke

    file = file_of(context)
    try:
        keep(file, login)
    except LocalFailure:
        # Nobody could use it, and at the server it would live on for months.
        with suppress(BrantError):
            revoke(session, file, login, "it could not be kept")
        raise


def _checked(scopes: tuple[str, ...], session: "Session") -> str:
    """The scopes as one text. What kaggle.com knows beyond our list is its own matter."""
    from brant.contract.scopes import parse

    text = " ".join(scopes)
    if scopes and not session.endpoint.is_kaggle:
        parse(text)
    # What a scope may hold (RFC 6749 §3.3).
    if any(not "!" <= letter <= "~" or letter in '"\\' for letter in text.replace(" ", "")):
        raise InvalidInput("--scope holds a character that no scope has: write it as datasets.get:*")
    return text


def _pasted(context: Context) -> str:
    """One line of standard input. Raises Declined when there is none."""
    if context.stdin is not None:
        # At a terminal the answer stands on the line of the question.
        at_terminal = context.stdin.isatty()
        context.err.write("Then paste the code that you are shown: " + ("" if at_terminal else "\n"))
        context.err.flush()
        line = context.stdin.readline(8192)
        if line.strip():
            return line
    raise Declined("no code was given, so nobody is logged in: run it where a code can be pasted")


def _tell(login: "Login", context: Context) -> None:
    from brant.cli.output import clean
    from brant.contract.scopes import describe, parse

    write = context.out.write
    write(clean(f"You are logged in as {login.username} at {login.endpoint}.") + "\n")
    try:
        for scope in sorted(parse(" ".join(login.scopes))):
            write(clean(f"  {scope}: {describe(scope)}") + "\n")
    except InvalidInput:  # scopes of another make of server, which we have no words for
        write(clean(f"  {' '.join(login.scopes)}") + "\n")
    context.say(f"The login is kept in {file_of(context)}, and refreshed as long as it is used.")
    _warn_of_another(context)


def _warn_of_another(context: Context) -> None:
    source = other_source(context)
    if source:
        context.say(f"This login is not used as long as there is another source that goes first: {source}")
