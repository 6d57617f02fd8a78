"""The one error tree: every error carries its wire code (an HTTP status) and its exit code.

BrantError
├── UsageError            2   the command line cannot be parsed
├── InvalidInput          3   400  a value, file or archive is not acceptable as it stands (also a ValueError)
│   └── InvalidHandle
├── Unauthenticated       4   401  no credentials, or they are wrong
├── PermissionDenied      5   403  the actor may not do this
│   └── InsufficientScope             its token may not
├── NotFound              6   404
├── Conflict              7   409  it exists already, or changed meanwhile
│   └── DestinationExists     (also a FileExistsError)
├── RateLimited           8   429  too many requests
├── Unreachable           9   503  the network or the peer did not answer in time
├── ServerFailure        10   500  the peer answered with a failure of its own
├── Corrupt              11   500  bytes do not match their length or hash
├── LocalFailure         12   500  this machine's disk or files: full, read-only, unreadable
├── Unimplemented        13   501  the server knows the method but does not serve it
├── Declined             14   400  a confirmation was refused, or could not be asked
├── Misdirected          15   421  the request names a host that this server is not
├── PayloadTooLarge      16   413
└── SubmissionFailed     17   422  a submission could not be scored
"""

from typing import ClassVar, NamedTuple

from brant.redact import redact


class BrantError(Exception):
    """An error with a message that says what to do next.

    `code` is the wire code (equal to the HTTP status), `exit_code` that of the command line. What a message
    quotes may hold a secret: it passes the filter before anyone can show it.
    """

    code: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        self.message = redact(message)
        super().__init__(self.message)


class UsageError(BrantError):
    """The command line cannot be parsed."""

    code = 400
    exit_code = 2


class InvalidInput(BrantError, ValueError):
    """A value, file or archive is not acceptable as it stands; a ValueError, as in the official library."""

    code = 400
    exit_code = 3


class InvalidHandle(InvalidInput):
    """A handle that is not of the form its noun asks for."""


class Unauthenticated(BrantError):
    """No credentials, or wrong ones."""

    code = 401
    exit_code = 4


class PermissionDenied(BrantError):
    """The actor may not do this."""

    code = 403
    exit_code = 5


class InsufficientScope(PermissionDenied):
    """The token does not allow it, whatever its owner may do; `scope` names what it lacks (RFC 6750 §3.1)."""

    def __init__(self, message: str, scope: str) -> None:
        super().__init__(message)
        self.scope = scope


class NotFound(BrantError):
    """No such thing, or none that the actor may see."""

    code = 404
    exit_code = 6


class Conflict(BrantError):
    """It exists already, or changed meanwhile."""

    code = 409
    exit_code = 7


class DestinationExists(Conflict, FileExistsError):
    """A file or folder stands where something is to be written; a FileExistsError too."""


class Quota(NamedTuple):
    """A limit: `limit` requests in `window` seconds; `remaining` are left until it `resets`, in seconds.

    None is what nobody said.
    """

    limit: int
    remaining: int | None = None
    window: float | None = None
    resets: float | None = None


class RateLimited(BrantError):
    """Too many requests.

    `retry_after` is in seconds, None where the server named none; `quota` is the limit that was reached.
    """

    code = 429
    exit_code = 8

    def __init__(self, message: str, retry_after: float | None = None, quota: Quota | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.quota = quota


class Unreachable(BrantError):
    """The network or the peer did not answer in time.

    `unsent`: no byte of the request left, so that repeating it cannot do anything twice.
    `final`: repeating it is of no use (a certificate that is not trusted).
    """

    code = 503
    exit_code = 9

    def __init__(self, message: str, *, unsent: bool = False, final: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent
        self.final = final


class ServerFailure(BrantError):
    """The peer answered with a failure of its own."""

    code = 500
    exit_code = 10


class Corrupt(BrantError):
    """Bytes do not match their length or hash."""

    code = 500
    exit_code = 11


class LocalFailure(BrantError):
    """This machine's disk or files: full, read-only, unreadable."""

    code = 500
    exit_code = 12


class Unimplemented(BrantError):
    """The server knows the method but does not serve it."""

    code = 501
    exit_code = 13


class Declined(BrantError):
    """A confirmation was refused, or could not be asked."""

    code = 400
    exit_code = 14


class Misdirected(BrantError):
    """The request names a host that this server is not."""

    code = 421
    exit_code = 15


class PayloadTooLarge(BrantError):
    """The body is larger than this server takes."""

    code = 413
    exit_code = 16


class SubmissionFailed(BrantError):
    """A submission could not be scored; the message has the reason that its team is told."""

    code = 422
    exit_code = 17


def from_status(
    status: int, message: str, retry_after: float | None = None, quota: Quota | None = None
) -> BrantError:
    """The error that an HTTP status or wire code stands for."""
    if status == 429:
        return RateLimited(message, retry_after, quota)
    if status in (408, 425, 502, 503, 504):
        return Unreachable(message)
    if status == 410:
        return NotFound(message)
    for kind in (
        Unauthenticated,
        PermissionDenied,
        NotFound,
        Conflict,
        Unimplemented,
        Misdirected,
        PayloadTooLarge,
    ):
        if kind.code == status:
            return kind(message)
    return InvalidInput(message) if 400 <= status < 500 else ServerFailure(message)
