"""The official library that many still have pinned, kagglehub 0.3.13, over REST."""

from collections.abc import Mapping
from pathlib import Path

from tests import official
from tests.conformance.drivers.hub_functions import OFFERED, HubFunctions
from tests.conformance.place import User


class LegacyLibrary(HubFunctions):
    """Goes to any server by KAGGLE_API_ENDPOINT, with a legacy key."""

    name = "legacy_library"
    client = "kagglehub 0.3.13"
    offers = OFFERED
    default_credential = "key"
    module = "kagglehub"

    def login_answers(self, user: User) -> tuple[str, ...]:
        return user.name, user.key

    def python(self) -> Path:
        return official.program(official.LEGACY, "python")

    def endpoint(self) -> Mapping[str, str]:
        return {"KAGGLE_API_ENDPOINT": self.address}
