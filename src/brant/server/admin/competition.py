"""Competitions, as `brant admin competition` handles them."""

from brant.errors import NotFound
from brant.server.admin.desk import Desk
from brant.server.domain.accounts.user import User
from brant.server.domain.competitions.importing.folder import read
from brant.server.domain.competitions.importing.importer import bring_in


def import_folder(desk: Desk) -> None:
    """`competition import`."""
    folder = read(desk.options.folder)
    imported = bring_in(
        desk.services, folder, desk.now, host=_host(desk, desk.options.host), launch=desk.options.launch
    )
    desk.out.writelines(f"{imported.slug}: {line}\n" for line in imported.done or ("it is up to date",))
    if imported.launched is None:
        desk.out.write(f"{imported.slug} is seen by its hosts alone until the same with --launch opens it\n")
    elif imported.launched > desk.now:
        desk.out.write(f"{imported.slug} opens at {imported.launched:%Y-%m-%d %H:%M} UTC\n")


def _host(desk: Desk, name: str | None) -> User | None:
    if name is None:
        return None
    found = desk.services.users.find(name)
    if found is None:
        raise NotFound(f"there is no user {name[:60]!r}: add one with `brant admin user add NAME`")
    return found
