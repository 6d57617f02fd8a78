"""What an answer means for the errand that asked: another object, another try, or the end."""

from time import time
from typing import Final

from brant.errors import BrantError, Conflict, ServerFailure
from brant.transfer.connections.fleet import Again
from brant.transfer.disk.journal import Identity
from brant.transfer.http.quota import asked_wait
from brant.transfer.http.ranges import identity_of, is_plain, is_same
from brant.transfer.http.refusal import refusal
from brant.transfer.http.response import Response
from brant.transfer.http.retry import REPEATABLE_STATUSES

_PAGES: Final = ("text/html", "application/xhtml+xml")


class Changed(Exception):
    """The object is no longer the one whose beginning is here."""


def check_plain(response: Response, name: str) -> None:
    """For bytes that are not those of the object: ServerFailure where they are encoded on the way, Again for
    what is a page in its place, to sign in to some network, say.
    """
    if not is_plain(response):
        raise ServerFailure(f"{response.address.peer} sends {name} encoded, though asked not to.")
    if _is_page(response, name):
        raise Again(
            ServerFailure(
                f"{response.address.peer} sends a web page in the place of {name}; open the address in a "
                "browser, to see whether this network wants you to sign in, and run the same again."
            )
        )


def _is_page(response: Response, name: str) -> bool:
    """A page that nothing calls the object: neither its name, nor a validator, nor a hash."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _PAGES or name.lower().endswith((".html", ".htm", ".xhtml")):
        return False
    if "attachment" in response.headers.get("content-disposition", "").lower():
        return False
    told = identity_of(response)
    return not (told.validator or told.md5 or told.sha256)


def check_whole(response: Response, old: Identity, name: str) -> None:
    """200 where one was begun: Changed for another object, Again for what may be none (a page to sign in)."""
    offered = identity_of(response)
    other_size = old.size != offered.size
    if is_same(old, offered) is False or (other_size and not old.validator):
        raise Changed
    if other_size or (old.validator and not offered.validator):
        raise Again(
            Conflict(
                f"{response.address.peer} does not answer with the {name} begun earlier; "
                "ask for a fresh download if it has changed."
            )
        )


def refused(response: Response, doing: str) -> Again | BrantError:
    """What to raise for a status that is no success: Again if it may pass by itself. Reads the body."""
    error = refusal(response, doing)
    if response.status in REPEATABLE_STATUSES:
        return Again(error, asked_wait(response.headers, response.status, time()))
    return error
