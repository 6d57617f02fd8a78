"""Organizations, as `brant admin org` handles them."""

from brant.contract.catalog import METHODS
from brant.errors import NotFound
from brant.server.admin.desk import Desk
from brant.server.domain.accounts import redirects
from brant.server.edge.routes import reserved_words


def create(desk: Desk) -> None:
    """`org create`."""
    options, services = desk.options, desk.services
    uris = redirects.of_organization(options.redirect_uri)  # a wrong one must not leave half an organization
    owner = services.users.find(options.owner)
    if owner is None:
        raise NotFound(f"there is no user {options.owner[:60]!r}: add one with `brant admin user add NAME`")
    made = services.organizations.create(
        options.slug, options.name, owner.id, desk.now, reserved_words(METHODS)["owner_slug"]
    )
    services.organizations.set_redirect_uris(made.slug, uris)
    desk.out.write(
        f"made {made.slug}; its OAuth client is {made.client_id}, whose secret is a legacy key of an owner: "
        f"brant admin key {owner.name} --data {options.data}\n"
    )


def show(desk: Desk) -> None:
    """`org list`: slug, name, owners, number of members, redirect URIs."""
    organizations = desk.services.organizations
    for one in organizations.all():
        people = organizations.members(one.slug)
        owners = ",".join(member.name for member in people if member.role == "owner")
        uris = " ".join(organizations.redirect_uris(one.slug))
        desk.out.write(f"{one.slug}\t{one.name}\t{owners}\t{len(people)}\t{uris}\n")


def add_member(desk: Desk) -> None:
    """`org member add`."""
    options = desk.options
    desk.services.organizations.add_member(options.slug, options.name, options.role)
    desk.out.write(f"{options.name.lower()} is now {options.role} of {options.slug.lower()}\n")


def remove_member(desk: Desk) -> None:
    """`org member remove`."""
    options = desk.options
    desk.services.organizations.remove_member(options.slug, options.name)
    desk.out.write(f"{options.name.lower()} is no longer in {options.slug.lower()}\n")


def redirect(desk: Desk) -> None:
    """`org redirect`."""
    slug = desk.options.slug
    desk.services.organizations.set_redirect_uris(slug, desk.options.uris)
    registered = desk.services.organizations.redirect_uris(slug)
    desk.out.writelines(f"{uri}\n" for uri in registered)
    if not registered:
        desk.out.write(f"{slug.lower()} has no redirect URI now: its client cannot log anybody in\n")
