"""Who is calling: credentials, found where the official clients look, in their order (behaviour.md §2)."""

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from brant.client import configuration
from brant.client.endpoints import Endpoint
from brant.client.whole_files import readable_by_others, unreadable, write_private
from brant.errors import InvalidInput, Unauthenticated

if TYPE_CHECKING:
    from brant.client.login_file import Login
    from brant.client.session import Session

# No server takes a header much longer than this; what is longer is a file or a slip.
_MAX_TOKEN: Final = 8192
_SHORTEST_SECRET: Final = 8
_OAUTH_FILE: Final = "credentials.json"
_TOKEN_FILES: Final = ("access_token", "access_token.txt")


class Credentials:
    """How a caller proves who it is. `source` says in words where it was found; no secret is ever shown."""

    kind = "anonymous"

    def __init__(self, source: str, *, username: str | None = None, warnings: tuple[str, ...] = ()) -> None:
        self.source = source
        self.username = username
        self.warnings = warnings

    def header(self) -> str | None:
        """The value of the Authorization header, or None for no header."""
        return None

    def is_due(self) -> bool:
        """Whether the secret is to be refreshed before it is used (`renew`)."""
        return False

    def renew(self, session: "Session", refused: str | None = None) -> bool:  # noqa: ARG002  who can, overrides
        """Get a fresh secret from the session's server; False for what cannot be refreshed.

        `refused` is the header that the server did not take; without one, only what is due is refreshed.
        """
        return False

    def hide(self, answer: bytes) -> bytes:
        """A server's answer without the secret: it may say it back, and not every one shows by its form."""
        header = self.header()
        return _without(answer, header.partition(" ")[2]) if header else answer

    def __repr__(self) -> str:
        return f"{type(self).__name__}(source={self.source!r}, username={self.username!r})"


class Anonymous(Credentials):
    """No credentials at all; public things can be read. `secrets` are what calls carry in their bodies."""

    def __init__(self, *, warnings: tuple[str, ...] = (), secrets: tuple[str, ...] = ()) -> None:
        super().__init__("no credentials", warnings=warnings)
        self._secrets = secrets

    def hide(self, answer: bytes) -> bytes:
        for secret in self._secrets:
            answer = _without(answer, secret)
        return answer


class AccessToken(Credentials):
    """A bearer token (RFC 6750 §2.1)."""

    kind = "access token"

    def __init__(
        self, token: str, source: str, *, username: str | None = None, warnings: tuple[str, ...] = ()
    ) -> None:
        super().__init__(source, username=username, warnings=warnings)
        self._token = _header_safe(token, source)

    def header(self) -> str | None:
        return f"Bearer {self._token}"


class OAuthLogin(Credentials):
    """What an OAuth login left in `file`. Its access token is refreshed when it is due, or refused."""

    kind = "OAuth login"

    def __init__(self, file: Path, login: "Login", *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(str(file), username=login.username or None, warnings=warnings)
        for secret in filter(None, (login.access_token, login.refresh_token)):
            _header_safe(secret, str(file))
        self._file = file
        self._login = login
        self._turn = Lock()

    @property
    def login(self) -> "Login":
        """The login as it is now."""
        return self._login

    def header(self) -> str | None:
        """Raises Unauthenticated when it has ended and cannot be refreshed."""
        login = self._login
        if not login.refresh_token and login.has_ended(datetime.now(UTC)):
            raise Unauthenticated(
                f"the login in {self.source} ended at {login.expires:%Y-%m-%d %H:%M} UTC: log in again with "
                "'brant auth login', or set KAGGLE_API_TOKEN to an access token"
            )
        return f"Bearer {login.access_token}"

    def is_due(self) -> bool:
        return self._login.is_due(datetime.now(UTC))

    def renew(self, session: "Session", refused: str | None = None) -> bool:
        """Raises Unauthenticated when the server no longer knows the login, and what a call raises."""
        if not self._login.refresh_token:
            return False
        from brant.client.renewal import renewed

        with self._turn:
            # Meanwhile another thread may have done it.
            if self.is_due() if refused is None else self.header() == refused:
                self._login = renewed(self._file, self._login, session)
        return True

    def hide(self, answer: bytes) -> bytes:
        return _without(_without(answer, self._login.access_token), self._login.refresh_token)


class LegacyKey(Credentials):
    """A user name and an API key, sent by HTTP Basic (RFC 7617)."""

    kind = "legacy key"

    def __init__(self, username: str, key: str, source: str, *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(source, username=_header_safe(username, source), warnings=warnings)
        self._key = _header_safe(key, source)
        if ":" in username:
            raise InvalidInput(f"{source}: a user name cannot hold a colon (RFC 7617 §2); check the file")

    def header(self) -> str | None:
        return "Basic " + b64encode(f"{self.username}:{self._key}".encode()).decode()

    def hide(self, answer: bytes) -> bytes:
        return _without(super().hide(answer), self._key)


def find(
    environ: Mapping[str, str],
    home: Path,
    *,
    profile: str | None = None,
    endpoint: Endpoint | None = None,
) -> Credentials:
    """The first credentials that there are, in the official order; Anonymous when there are none.

    A named profile is asked alone: no variable and no other file can send another server's secret to it.
    An OAuth login belongs to one origin; for another `endpoint` it is passed over with a warning. Tokens and
    keys of variables and files go wherever the user points, as with the official clients.
    Raises InvalidInput for a broken file or value, LocalFailure for an unreadable file; each says what to do.
    """
    warnings: list[str] = []
    for source in sources(environ, home, profile=profile, endpoint=endpoint):
        found = source.look(warnings)
        if found is not None:
            return found
    return Anonymous(warnings=tuple(warnings))


class Source(NamedTuple):
    """A place where credentials may be; `look` returns what is there, and adds its warnings to a list."""

    name: str
    look: Callable[[list[str]], Credentials | None]


def sources(
    environ: Mapping[str, str],
    home: Path,
    *,
    profile: str | None = None,
    endpoint: Endpoint | None = None,
) -> tuple[Source, ...]:
    """Every place that `find` looks at, in its order."""
    folder = _folder(environ, home, profile)
    shared = (
        *(Source(name, partial(_token_file, folder / name)) for name in _TOKEN_FILES),
        Source(
            configuration.FILE_NAME,
            lambda warnings: _legacy(
                environ if profile is None else {}, configuration.load(environ, home, profile), warnings
            ),
        ),
        Source(_OAUTH_FILE, partial(_oauth, login_path(environ, home, profile), endpoint)),
    )
    if profile is not None:
        return shared
    return (
        Source("KAGGLE_API_V1_TOKEN", partial(_notebook_token, environ)),
        Source("KAGGLE_API_TOKEN", partial(_token_variable, environ)),
        *shared,
    )


def login_path(environ: Mapping[str, str], home: Path, profile: str | None = None) -> Path:
    """Where an OAuth login lies: `~/.kaggle/credentials.json`, or in the folder of a profile."""
    return _folder(environ, home, profile) / _OAUTH_FILE


def saved_token(environ: Mapping[str, str], home: Path, profile: str | None = None) -> Credentials | None:
    """The access token that lies in its file, if there is one. Raises InvalidInput, LocalFailure."""
    return _token_files(_folder(environ, home, profile), [])


def save_token(environ: Mapping[str, str], home: Path, token: str, profile: str | None = None) -> Path:
    """Put an access token into `~/.kaggle/access_token`, or into that of a profile; mode 600."""
    AccessToken(token, "the given token")
    file = _folder(environ, home, profile) / _TOKEN_FILES[0]
    write_private(file, token.strip() + "\n")
    return file


def _folder(environ: Mapping[str, str], home: Path, profile: str | None) -> Path:
    """Tokens and logins lie in `~/.kaggle` whatever KAGGLE_CONFIG_DIR says (behaviour.md §2)."""
    return home / ".kaggle" if profile is None else configuration.folder(environ, home, profile)


def _notebook_token(environ: Mapping[str, str], warnings: list[str]) -> Credentials | None:
    """Inside a Kaggle notebook KAGGLE_API_V1_TOKEN names a file (hub.json `credential_order`)."""
    inside = "KAGGLE_KERNEL_RUN_TYPE" in environ and "KAGGLE_DATA_PROXY_URL" in environ
    named = environ.get("KAGGLE_API_V1_TOKEN") if inside else None
    return _token_file(Path(named), warnings, "KAGGLE_API_V1_TOKEN") if named else None


def _token_variable(environ: Mapping[str, str], warnings: list[str]) -> Credentials | None:
    """KAGGLE_API_TOKEN is a token, or the path of a file that holds one."""
    value = environ.get("KAGGLE_API_TOKEN", "").strip()
    if not value:
        return None
    file = Path(value).expanduser() if value.startswith("~") else Path(value)
    try:
        there = file.exists()
    except (OSError, ValueError):
        # Longer than a file name can be (a long token), or with bytes that no name holds: not a path.
        there = False
    if there:
        found = _token_file(file, warnings, "KAGGLE_API_TOKEN")
        if found is None:
            raise InvalidInput(f"KAGGLE_API_TOKEN names {value}, which is empty: put an access token into it")
        return found
    if value.startswith(("/", "~", "./", "../")):
        raise InvalidInput(
            f"KAGGLE_API_TOKEN names {value[:200]}, which is not there: correct the path or unset it"
        )
    return AccessToken(value, "KAGGLE_API_TOKEN", warnings=tuple(warnings))


def _token_files(folder: Path, warnings: list[str]) -> Credentials | None:
    for name in _TOKEN_FILES:
        found = _token_file(folder / name, warnings)
        if found is not None:
            return found
    return None


def _token_file(file: Path, warnings: list[str], variable: str | None = None) -> Credentials | None:
    """The token in `file`; None if it is not there or, with a warning, if it is empty."""
    source = f"{file} (named by {variable})" if variable else str(file)
    try:
        if readable_by_others(file):
            warnings.append(_exposed(file))
        with file.open("rb") as opened:
            content = opened.read(_MAX_TOKEN + 2)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unreadable(file, error, source) from None
    text = content.decode("utf-8-sig", "replace").strip()
    if not text:
        warnings.append(f"{file} is empty and was passed over: put an access token into it, or remove it")
        return None
    return AccessToken(text, source, warnings=tuple(warnings))


def _legacy(
    environ: Mapping[str, str], found: configuration.Configuration, warnings: list[str]
) -> Credentials | None:
    """User name and key, each from its variable, else from kaggle.json: so the official command line does."""
    username, key = (found.get(name, environ) or "" for name in ("username", "key"))
    if not username and not key:
        return None
    in_file = {name for name in ("username", "key") if found.values.get(name)}
    from_file = bool(in_file) and not (environ.get("KAGGLE_USERNAME") and environ.get("KAGGLE_KEY"))
    if not username or not key:
        missing = "username" if not username else "key"
        if from_file:
            raise InvalidInput(
                f'{found.path} lacks "{missing}": download a new kaggle.json from your settings page, '
                f"or add it with 'brant config set -n {missing} -v …'"
            )
        other = "KAGGLE_KEY" if missing == "username" else "KAGGLE_USERNAME"
        raise InvalidInput(
            f"{other} is set but KAGGLE_{missing.upper()} is not: set both, or use KAGGLE_API_TOKEN"
        )
    if from_file and readable_by_others(found.path):
        warnings.append(_exposed(found.path))
    source = str(found.path) if from_file else "KAGGLE_USERNAME and KAGGLE_KEY"
    return LegacyKey(username.strip(), key.strip(), source, warnings=tuple(warnings))


def _oauth(file: Path, endpoint: Endpoint | None, warnings: list[str]) -> Credentials | None:
    """What an OAuth login of ours or of the official command line left (behaviour.md §3)."""
    if not os.path.lexists(file):  # the common case costs no import
        return None
    from brant.client import login_file

    login = login_file.read(file)
    if login is None:
        return None
    if endpoint is not None and not login.belongs_to(endpoint):
        where = f"is a login for {login.endpoint}" if login.endpoint else "does not say whose login it is"
        warnings.append(
            f"{file} {where} and was not sent to {endpoint}: log in there with 'brant auth login', "
            "or name its server"
        )
        return None
    if readable_by_others(file):
        warnings.append(_exposed(file))
    return OAuthLogin(file, login, warnings=tuple(warnings))


def _exposed(file: Path) -> str:
    return f"{file} holds a secret and can be read by other users: run 'chmod 600 {file}'"


def _without(answer: bytes, secret: str) -> bytes:
    # What is shorter is no secret, and may be part of any word.
    return answer.replace(secret.encode(), b"***") if len(secret) >= _SHORTEST_SECRET else answer


def _header_safe(secret: str, source: str) -> str:
    """`secret` if it can travel in a header; InvalidInput if it cannot, without showing it."""
    text = secret.strip()
    if not text:
        raise InvalidInput(f"{source} is empty: put an access token or key there, or remove it")
    if len(text) > _MAX_TOKEN:
        raise InvalidInput(
            f"{source} is longer than {_MAX_TOKEN} characters, which no token is: check what it holds"
        )
    if any(not "!" <= letter <= "~" for letter in text):
        raise InvalidInput(
            f"{source} holds a blank, a line break or another character that no token has: copy it again"
        )
    return text
