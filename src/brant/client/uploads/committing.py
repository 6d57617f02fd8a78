"""The call that uses uploaded files up, and what is remembered of them when it fails."""

from collections.abc import Callable
from typing import TypeVar

from brant.client.uploads.journal import UploadJournal
from brant.errors import BrantError, Unreachable

T = TypeVar("T")


def commit(journal: UploadJournal, call: Callable[[], T], *, unsure: str) -> T:
    """What `call` answers; the journal still holds the uploads then, for the answer may say no.

    Raises Unreachable, ended by `unsure`, where it is not known whether the call was done, and whatever else
    ends it.
    """
    # Tokens serve once: unless this call is known to have failed, a later run must not offer them again.
    journal.publishing()
    try:
        return call()
    except Unreachable as error:
        if error.unsent:
            journal.not_published()
            raise
        raise Unreachable(f"{error.message} {unsure}", final=True) from None
    except BrantError as error:
        refused(journal, error.message)
        raise


def refused(journal: UploadJournal, reason: str) -> None:
    """Keep what was uploaded for the next run, unless the upload tokens are what the server refuses."""
    if "token" in reason.lower():
        journal.clear()
    else:
        journal.not_published()
