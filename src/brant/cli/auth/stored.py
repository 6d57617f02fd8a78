"""The login that is kept on this machine, and the server that it is for."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.context import Context
from brant.errors import BrantError, Unauthenticated

if TYPE_CHECKING:
    from brant.client.login_file import Login
    from brant.client.session import Session


class Stored(NamedTuple):
    """What lies in `file`; `login` is None where nothing does."""

    file: Path
    login: "Login | None"

    def foreign_to(self, session: "Session") -> str | None:
        """What to say of a login that is for another server than the session's; None for none such."""
        if self.login is None or self.login.belongs_to(session.endpoint):
            return None
        if self.login.endpoint is None:
            return f"{self.file} is a login that does not say for which server, so it is not used here"
        return f"{self.file} is a login for {self.login.endpoint}"


def file_of(context: Context) -> Path:
    """Where the login lies, or would."""
    from brant.client import configuration
    from brant.client.credentials import login_path

    profile = configuration.profile_of(context.environ, context.profile)
    return login_path(context.environ, context.home, profile)


def stored(context: Context) -> Stored:
    """Raises InvalidInput for a file that is no login, LocalFailure."""
    from brant.client import login_file

    file = file_of(context)
    return Stored(file, login_file.read(file))


def visitor(context: Context) -> "Session":
    """A session as nobody yet: what else is found, or broken, on this machine is not asked."""
    from brant.client.credentials import Anonymous

    return context.session(Anonymous())


def own(kept: Stored, session: "Session") -> "Login":
    """The login for the session's server. Raises Unauthenticated where there is none."""
    if kept.login is None:
        raise Unauthenticated(f"nobody is logged in: there is no {kept.file}; log in with 'brant auth login'")
    foreign = kept.foreign_to(session)
    if foreign:
        raise Unauthenticated(
            f"nobody is logged in at {session.endpoint}: {foreign}; name that server with --endpoint, "
            "or log in here"
        )
    return kept.login


def other_source(context: Context) -> str | None:
    """Where calls find their credentials if not in the login; None if nowhere else."""
    from brant.client.credentials import Anonymous, OAuthLogin

    try:
        with context.session() as session:
            found = session.credentials
    except BrantError as error:
        return error.message
    return None if isinstance(found, Anonymous | OAuthLogin) else found.source
