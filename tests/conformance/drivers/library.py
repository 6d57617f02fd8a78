"""Our own library."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conformance.drivers.base import Can
from tests.conformance.drivers.hub_functions import OFFERED, HubFunctions


class Library(HubFunctions):
    """`import brant`."""

    name = "library"
    client = "brant (library)"
    offers = OFFERED | {Can.DOWNLOAD_FOLDER, Can.OUTPUT_DIR, Can.COMPETITION_OUTPUT_DIR, Can.REUSE, Can.TOKEN}
    default_credential = "token"
    module = "brant"

    def python(self) -> Path:
        return Path(sys.executable)

    def endpoint(self) -> Mapping[str, str]:
        return {"BRANT_ENDPOINT": self.address}
