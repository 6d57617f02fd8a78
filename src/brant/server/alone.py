"""Alone: one competition, out of its folder, on a server of its own."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from brant.server import data_folder
from brant.server.domain.accounts.user import User
from brant.server.domain.competitions.importing.folder import Folder
from brant.server.domain.competitions.importing.importer import Imported, bring_in, hosts
from brant.server.domain.services import Services

# Whose the competition is, where the data folder knows none yet.
HOST: Final = "host"


def prepare(folder: Folder, data: Path, now: datetime) -> Imported:
    """Makes the data folder where there is none, and the competition in it, or brings it up to date.

    It is launched. Raises BrantError.
    """
    data_folder.prepare(data)
    with closing(Services.open(data)) as services:
        host = None if hosts(services, folder.declared.slug) else _made(services, now)
        return bring_in(services, folder, now, host=host, launch=True)


def _made(services: Services, now: datetime) -> User:
    return services.users.find(HOST) or services.users.add(HOST, now)
