"""The official command line of today, kaggle 2.2.4, over RPC."""

from collections.abc import Mapping
from pathlib import Path

from tests import official
from tests.conformance.drivers.base import Can
from tests.conformance.drivers.competition_commands import HOSTING
from tests.conformance.drivers.kaggle_commands import OFFERED, KaggleCommands


class OfficialCommandLine(KaggleCommands):
    """Knows no other host than localhost, and no port; a proxy variable leads it to any server."""

    name = "official_command_line"
    client = "kaggle 2.2.4"
    offers = (
        OFFERED
        | HOSTING
        | {
            Can.CONFIRM,
            Can.COVER,
            Can.DELETE,
            Can.IGNORE,
            Can.LIST_AS_JSON,
            Can.LIST_BY_PAGE_TOKEN,
            Can.LIST_PARQUET,
            Can.STATUS_AS_JSON,
            Can.TOKEN,
        }
    )
    default_credential = "token"

    def program(self) -> Path:
        return official.program(official.CURRENT, "kaggle")

    def endpoint(self) -> Mapping[str, str]:
        return {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "http_proxy": self.address}
