"""Every HTTP status becomes the error whose exit code says what happened."""

import pytest

from brant import errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, errors.ServerFailure),
        (400, errors.InvalidInput),
        (401, errors.Unauthenticated),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (408, errors.Unreachable),
        (409, errors.Conflict),
        (410, errors.NotFound),
        (413, errors.PayloadTooLarge),
        (416, errors.InvalidInput),
        (421, errors.Misdirected),
        (425, errors.Unreachable),
        (429, errors.RateLimited),
        (500, errors.ServerFailure),
        (501, errors.Unimplemented),
        (502, errors.Unreachable),
        (503, errors.Unreachable),
        (504, errors.Unreachable),
        (507, errors.ServerFailure),
    ],
)
def test_a_status_has_its_error(status: int, kind: type[errors.BrantError]) -> None:
    error = errors.from_status(status, "what happened", 7.0)
    assert (type(error), error.message) == (kind, "what happened")
    assert getattr(error, "retry_after", 7.0) == 7.0
