"""The login file, `credentials.json`: what an OAuth login leaves behind; official clients read it too."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from brant.client.endpoints import Endpoint
from brant.client.locks import locked
from brant.client.whole_files import unreadable, write_private
from brant.errors import InvalidInput, LocalFailure
from brant.transfer.http.address import parse_address

MARGIN: Final = timedelta(minutes=5)
"""How long before its end an access token is replaced: longer than any call waits for its answer."""

PATIENCE: Final = 90.0
"""Seconds to wait for another process that is refreshing the login."""

# No login is nearly as long.
_LONGEST: Final = 1 << 16
# Nobody means a token to live longer; what is added to a date must not lead out of the calendar.
_LONGEST_LIFE: Final = 366 * 86_400

# The official command line does not write its file in one step: who reads it meanwhile sees a part.
_READS: Final = 4
_PAUSE: Final = 0.05


class Login(NamedTuple):
    """One login. `expires` is None where the end of the access token is not known, `endpoint` where the login
    does not say which server it is for (the official command line does not write that).

    `access_token` is empty where there is none yet, `refresh_token` where it cannot be refreshed.
    """

    access_token: str
    refresh_token: str = ""
    expires: datetime | None = None
    username: str = ""
    scopes: tuple[str, ...] = ()
    endpoint: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the access token is to be replaced before it is used; one of unknown end is not."""
        return bool(self.refresh_token) and (
            not self.access_token or (self.expires is not None and now + MARGIN >= self.expires)
        )

    def has_ended(self, now: datetime) -> bool:
        """Whether the access token is known to be of no use any more."""
        return not self.access_token or (self.expires is not None and now >= self.expires)

    def is_same_as(self, other: "Login") -> bool:
        """Whether both came of one consent: a refresh changes the access token alone."""
        return (self.refresh_token or self.access_token) == (other.refresh_token or other.access_token)

    def belongs_to(self, endpoint: Endpoint) -> bool:
        """Whether its secrets may be sent to `endpoint`: to the origin that it names and to no other.

        One that names none is the official command line's, which knows kaggle.com and this machine alone.
        """
        if self.endpoint is None:
            return endpoint.is_kaggle or endpoint.is_loopback
        try:
            own = Endpoint.of(self.endpoint)
        except InvalidInput:
            return False
        return parse_address(own.web).origin == parse_address(endpoint.web).origin

    def __repr__(self) -> str:
        return f"Login(username={self.username!r}, expires={self.expires}, endpoint={self.endpoint!r})"


def lifetime(seconds: int) -> timedelta:
    """How long a token lives of which a server says so many seconds; zero for what it does not say."""
    return timedelta(seconds=max(0, min(seconds, _LONGEST_LIFE)))


def read(file: Path) -> Login | None:
    """The login in `file`, None if it is not there. Raises InvalidInput for what is none, LocalFailure."""
    # Whoever has a login calls a server, and so has loaded this; `json` would be one module more.
    import msgspec

    for again in reversed(range(_READS)):
        try:
            with file.open("rb") as opened:
                return _login(msgspec.json.decode(opened.read(_LONGEST)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(file, error) from None
        except (msgspec.DecodeError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            if again:
                time.sleep(_PAUSE)
    raise InvalidInput(f"{file} is not a login: remove it and log in again with 'brant auth login'") from None


def write(file: Path, login: Login) -> None:
    """Put `login` into `file` in one step; mode 600, in a folder made with mode 700. Raises LocalFailure."""
    import json

    held: dict[str, Any] = {
        "refresh_token": login.refresh_token,
        "access_token": login.access_token,
        "access_token_expiration": login.expires.isoformat() if login.expires else "",
        "username": login.username,
        "scopes": list(login.scopes),
    }
    if login.endpoint:
        held["endpoint"] = login.endpoint
    write_private(file, json.dumps(held, indent=2) + "\n")


@contextmanager
def turn(file: Path, patience: float = PATIENCE) -> Iterator[None]:
    """The right to change `file`: one process and thread at a time.

    Where no lock can be had, as in a folder that is read-only, each goes on for itself. Raises TimeoutError
    when others hold it for longer than `patience`, in seconds.
    """
    with ExitStack() as held:
        try:
            held.enter_context(locked(file.with_name(f".{file.name}.lock"), patience=patience))
        except TimeoutError:
            raise
        except OSError:
            pass  # the login is refreshed all the same, though perhaps more than once
        yield


def busy(file: Path, patience: float = PATIENCE) -> LocalFailure:
    """What to say when the turn did not come."""
    return LocalFailure(
        f"another process has been busy with the login in {file} for {patience:.0f} s: end what holds it, "
        "and try again"
    )


def remove(file: Path) -> bool:
    """Remove the login; False if there was none. What a symbolic link names goes too. Raises LocalFailure."""
    try:
        file.resolve().unlink()
        file.unlink(missing_ok=True)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise LocalFailure(f"{file} cannot be removed ({error.strerror}): remove it by hand") from None
    return True


def _login(held: Any) -> Login:
    """Raises ValueError, TypeError, AttributeError or OverflowError for what is no login."""
    access, refresh = ((held.get(name) or "").strip() for name in ("access_token", "refresh_token"))
    if not (access or refresh):
        raise ValueError("no token")
    until = held.get("access_token_expiration")
    expires = datetime.fromisoformat(until) if until else None
    if expires is not None:
        # Without a zone it is UTC, as the wire's times are.
        expires = expires.astimezone(UTC) if expires.tzinfo else expires.replace(tzinfo=UTC)
    username, scopes, endpoint = (held.get(name) for name in ("username", "scopes", "endpoint"))
    return Login(
        access_token=access,
        refresh_token=refresh,
        expires=expires,
        username=username if isinstance(username, str) else "",
        scopes=tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else (),
        endpoint=endpoint if isinstance(endpoint, str) and endpoint else None,
    )
