"""Users, their passwords, tokens and keys, as `brant admin` handles them."""

import json

from brant.contract.catalog import METHODS
from brant.contract.scopes import FULL, parse
from brant.errors import NotFound
from brant.server.admin.desk import Desk, read_password
from brant.server.domain.accounts.setup import Setup
from brant.server.edge.routes import reserved_words


def add(desk: Desk) -> None:
    """`user add`."""
    options = desk.options
    made = desk.services.users.add(
        options.name,
        desk.now,
        is_admin=options.admin,
        reserved=reserved_words(METHODS)["owner_slug"],
        password=read_password(desk.stdin) if options.password_stdin else None,
    )
    _end_setup(desk)
    desk.out.write(
        f"added {made.name}; a token for them: brant admin token {made.name} --data {options.data}\n"
    )


def show(desk: Desk) -> None:
    """`user list`: name, role, since when, whether they can sign in to the pages."""
    desk.out.writelines(
        f"{user.name}\t{'admin' if user.is_admin else 'user'}\t{user.created:%Y-%m-%d}\t"
        f"{'password' if user.has_password else 'no password'}\n"
        for user in desk.services.users.all()
    )


def password(desk: Desk) -> None:
    """`password`."""
    user = desk.services.users.find(desk.options.name)
    if user is None:
        raise NotFound(
            f"there is no user {desk.options.name[:60]!r}: add one with `brant admin user add NAME`"
        )
    desk.services.users.set_password(user.id, read_password(desk.stdin))
    _end_setup(desk)
    desk.out.write(f"{user.name} has a new password; every browser of theirs is signed out\n")


def token(desk: Desk) -> None:
    """`token`."""
    options = desk.options
    made = desk.services.tokens.make_token(
        options.name,
        desk.now,
        label=options.label,
        scopes=parse(" ".join(options.scope)) if options.scope else FULL,
        lifetime=options.expires,
    )
    desk.out.write(made + "\n")


def key(desk: Desk) -> None:
    """`key`."""
    made = desk.services.tokens.make_key(desk.options.name, desk.now, label=desk.options.label)
    desk.out.write(json.dumps({"username": desk.options.name.lower(), "key": made}) + "\n")


def _end_setup(desk: Desk) -> None:
    """Its code is worth nothing once an administrator can sign in, so it goes at once."""
    Setup(desk.services.users, desk.settings.setup_code).needed()
