"""The official library of today, kagglehub 1.0.2, over RPC."""

from collections.abc import Mapping
from pathlib import Path

from tests import official
from tests.conformance.drivers.base import Can
from tests.conformance.drivers.hub_functions import OFFERED, HubFunctions


class OfficialLibrary(HubFunctions):
    """Led to the server as the official command line is."""

    name = "official_library"
    client = "kagglehub 1.0.2"
    offers = OFFERED | {Can.OUTPUT_DIR, Can.COMPETITION_OUTPUT_DIR, Can.TOKEN}
    default_credential = "token"
    module = "kagglehub"

    def python(self) -> Path:
        return official.program(official.CURRENT, "python")

    def endpoint(self) -> Mapping[str, str]:
        return {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "http_proxy": self.address}
