"""What the place refuses, as a driver's own refusal."""

from collections.abc import Iterator
from contextlib import contextmanager

from brant.errors import BrantError
from tests.conformance.arrange import Refusal
from tests.conformance.drivers.base import Refused


@contextmanager
def refusals() -> Iterator[None]:
    """Raises Refused in the place of every error that the place answers with."""
    try:
        yield
    except (BrantError, Refusal) as error:
        raise Refused(str(error)) from None
