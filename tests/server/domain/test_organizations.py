"""Organizations: who is in them, and where their clients may send browsers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from brant.errors import Conflict, InvalidInput, NotFound
from brant.server.domain.actor import Actor
from tests.server.domain.conftest import World


def roles(world: World, slug: str = "acme") -> dict[str, str]:
    return {member.name: member.role for member in world.services.organizations.members(slug)}


@pytest.fixture
def acme(world: World, ada: Actor) -> str:
    """An organization that ada owns."""
    return world.services.organizations.create("Acme", "Acme & Sons", ada.user_id, world.now).slug


def test_an_organization_begins_with_one_owner(world: World, ada: Actor, bob: Actor, acme: str) -> None:
    organizations = world.services.organizations
    found = organizations.find("ACME")

    assert (found.slug, found.name, found.client_id) == ("acme", "Acme & Sons", "org:acme")
    assert roles(world) == {"ada": "owner"}
    assert organizations.all() == organizations.of(ada.user_id) == [found]
    assert organizations.of(bob.user_id) == []


@pytest.mark.parametrize("slug", ["", "a b", "-x", "api", "organizations", "å", "x" * 51, "org:x"])
def test_a_bad_slug_is_refused(world: World, ada: Actor, slug: str) -> None:
    with pytest.raises(InvalidInput, match="organization's slug"):
        world.services.organizations.create(slug, "Name", ada.user_id, world.now)


@pytest.mark.parametrize("name", ["x" * 101, "two\nlines", "turned \u202e round", "\ud800"])
def test_a_name_that_pretends_is_refused(world: World, ada: Actor, name: str) -> None:
    with pytest.raises(InvalidInput, match="one line"):
        world.services.organizations.create("acme", name, ada.user_id, world.now)
    assert world.services.organizations.all() == []


def test_an_organization_has_no_slug_that_a_user_or_another_has(world: World, bob: Actor, acme: str) -> None:
    for slug in ("bob", "acme"):
        with pytest.raises(Conflict, match="already"):
            world.services.organizations.create(slug, "Name", bob.user_id, world.now)


def test_an_owner_who_is_nobody_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        world.services.organizations.create("acme", "Acme", 12345, world.now)
    assert world.services.organizations.all() == []


def test_members_come_change_their_role_and_go(world: World, bob: Actor, acme: str) -> None:
    organizations = world.services.organizations
    organizations.add_member(acme, "Bob")
    assert roles(world) == {"ada": "owner", "bob": "member"}
    assert not organizations.is_owner(acme, bob.user_id)
    organizations.add_member(acme, "bob", "owner")
    assert organizations.is_owner("ACME", bob.user_id)
    organizations.remove_member(acme, "ada")
    assert roles(world) == {"bob": "owner"}


def test_the_last_owner_stays(world: World, ada: Actor, bob: Actor, acme: str) -> None:
    organizations = world.services.organizations
    organizations.add_member(acme, "bob")
    with pytest.raises(Conflict, match="without an owner"):
        organizations.remove_member(acme, "ada")
    with pytest.raises(Conflict, match="without an owner"):
        organizations.add_member(acme, "ada", "member")
    assert roles(world) == {"ada": "owner", "bob": "member"}


def test_of_two_owners_who_leave_at_once_one_stays(world: World, bob: Actor, acme: str) -> None:
    organizations = world.services.organizations
    organizations.add_member(acme, "bob", "owner")

    def leave(name: str) -> str | None:
        try:
            organizations.remove_member(acme, name)
        except Conflict:
            return name
        return None

    with ThreadPoolExecutor(2) as pool:
        stayed = [name for name in pool.map(leave, ["ada", "bob"]) if name]
    assert list(roles(world)) == stayed
    assert len(stayed) == 1


def test_who_is_unknown_is_told_of(world: World, ada: Actor, bob: Actor, acme: str) -> None:
    organizations = world.services.organizations
    with pytest.raises(NotFound, match="nobody"):
        organizations.add_member(acme, "nobody")
    with pytest.raises(NotFound, match="not in the organization"):
        organizations.remove_member(acme, "bob")
    with pytest.raises(InvalidInput, match="role"):
        organizations.add_member(acme, "bob", "king")
    for call in (organizations.find, organizations.members, organizations.redirect_uris):
        with pytest.raises(NotFound, match="no organization 'nowhere'"):
            call("nowhere")
    assert not organizations.is_owner("nowhere", ada.user_id)


def test_redirect_uris_are_kept_letter_by_letter(world: World, acme: str) -> None:
    organizations = world.services.organizations
    assert organizations.redirect_uris(acme) == []
    uris = ["https://app.example.org/done?x=%7e", "https://app.example.org:8443", "https://[2001:db8::1]/A"]
    organizations.set_redirect_uris(acme, [*uris, uris[0]])
    assert organizations.redirect_uris(acme) == uris
    organizations.set_redirect_uris(acme, [])
    assert organizations.redirect_uris(acme) == []


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/done",
        "//app.example.org/done",
        "app.example.org/done",
        "http://app.example.org/done",
        "http://localhost/done",
        "https:///done",
        "https://",
        "https:app.example.org",
        "javascript:alert(1)//https://app.example.org",
        "data:text/html,x",
        "https://app.example.org/#done",
        "https://app.example.org/#",
        "https://user@app.example.org/",
        "https://user:pw@app.example.org/",
        "https://@app.example.org/",
        "https://app.example.org\\@evil.example/",
        "https://app.example.org/a b",
        "https://app.example.org/\r\nSet-Cookie: x",
        "https://app.example.org/\x00",
        "https://åpp.example.org/",
        "https://app.example.org:99999/",
        "https://app.example.org:x/",
        "https://[nonsense/",
        "https://*.example.org\u3002/",
        "https://app.example.org/" + "x" * 2000,
    ],
)
def test_any_other_redirect_uri_is_refused_and_changes_nothing(world: World, acme: str, uri: str) -> None:
    organizations = world.services.organizations
    organizations.set_redirect_uris(acme, ["https://app.example.org/done"])
    with pytest.raises(InvalidInput, match="redirect URI"):
        organizations.set_redirect_uris(acme, ["https://good.example.org/", uri])
    assert organizations.redirect_uris(acme) == ["https://app.example.org/done"]


def test_ten_redirect_uris_are_enough(world: World, acme: str) -> None:
    ten = [f"https://app.example.org/{number}" for number in range(10)]
    world.services.organizations.set_redirect_uris(acme, ten)
    with pytest.raises(InvalidInput, match="at most 10"):
        world.services.organizations.set_redirect_uris(acme, [*ten, "https://app.example.org/10"])
    with pytest.raises(NotFound):
        world.services.organizations.set_redirect_uris("nowhere", ten)
