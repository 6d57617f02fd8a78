"""The library's `login` and `whoami`, with the official signatures (hub.json)."""

import sys

from brant.client.credentials import AccessToken, Anonymous
from brant.contract.accounts import HELLO
from brant.contract.method import Empty
from brant.errors import Unauthenticated
from brant.hub.connection import connect, logger, remember


def login(validate_credentials: bool = True) -> None:  # noqa: FBT001, FBT002 - the official signature
    """Ask for an API token on the terminal, or in a notebook, and use it for the life of this process.

    Nothing is written to disk. With `validate_credentials` the server is asked whether it is good; one that
    is not is not kept. Raises Unauthenticated for a bad token, or where nobody can be asked.
    """
    from getpass import getpass

    if not (sys.stdin.isatty() or "ipykernel" in sys.modules):
        raise Unauthenticated("login() asks on a terminal, and there is none: set KAGGLE_API_TOKEN instead")
    credentials = AccessToken(getpass("API token (it is not shown): "), "login()")
    if validate_credentials:
        with connect(credentials) as session:
            name = session.call(HELLO, Empty()).user_name
        if not name:
            raise Unauthenticated(
                f"{session.endpoint} does not know this token: get a new one and log in again"
            )
        logger.info("logged in as %s", name)
    remember(credentials)


def whoami(*, verbose: bool = True) -> dict[str, str]:
    """The name of the caller, as `{"username": …}`. Raises Unauthenticated without credentials, or with bad
    ones.

    `verbose` also logs it, for programs that show the log of "brant".
    """
    with connect() as session:
        if isinstance(session.credentials, Anonymous):
            raise Unauthenticated(
                "you are not logged in: run 'brant auth login', call brant.login(), or set KAGGLE_API_TOKEN"
            )
        name = session.call(HELLO, Empty()).user_name
    if not name:
        raise Unauthenticated(f"{session.endpoint} does not say who you are: log in again")
    if verbose:
        logger.info("you are %s", name)
    return {"username": name}
