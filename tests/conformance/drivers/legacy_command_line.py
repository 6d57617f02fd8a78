"""The official command line that many still have pinned, kaggle 1.6.17, over REST."""

from collections.abc import Mapping
from pathlib import Path

from tests import official
from tests.conformance.drivers.kaggle_commands import OFFERED, KaggleCommands


class LegacyCommandLine(KaggleCommands):
    """Goes to any server by KAGGLE_API_ENDPOINT, with a legacy key."""

    name = "legacy_command_line"
    client = "kaggle 1.6.17"
    offers = OFFERED
    default_credential = "key"

    def program(self) -> Path:
        return official.program(official.LEGACY, "kaggle")

    def endpoint(self) -> Mapping[str, str]:
        return {"KAGGLE_API_ENDPOINT": self.address}
