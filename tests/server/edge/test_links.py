"""Links: signed addresses that expire, and the key that signs them."""

import stat
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from brant.errors import LocalFailure, PermissionDenied
from brant.server.domain.actor import Actor
from brant.server.edge.links import LIFETIME, Grant, SignedLinks, Signer, check_link, load_key

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SIGNER = Signer(b"k" * 32)
LINKS = SignedLinks("http://localhost", SIGNER, NOW, Actor(3, "ada", token_id=9))


def checked(address: str, now: datetime, signer: Signer = SIGNER) -> Grant:
    parts = urlsplit(address)
    path = [unquote(part) for part in parts.path.split("/")[2:]]
    return check_link(signer, path, dict(parse_qsl(parts.query)), now)


@pytest.mark.parametrize("name", ["a.csv", "two words.csv", "a?b#c&d=e.csv", "été.csv", "100%.csv", 'q".csv'])
def test_an_address_holds_until_it_expires(name):
    address = LINKS.blob("ab" * 32, name, version_id=7)
    assert unquote(urlsplit(address).path.rpartition("/")[2]) == name
    assert checked(address, NOW) == Grant(7, reader=3, token_id=9)
    assert checked(address, NOW + LIFETIME - timedelta(seconds=1)) == Grant(7, reader=3, token_id=9)
    with pytest.raises(PermissionDenied, match="expired"):
        checked(address, NOW + LIFETIME)


def test_the_address_of_a_file_in_a_folder_ends_with_its_base_name():
    assert urlsplit(LINKS.blob("ab" * 32, "deep/er/a.csv", version_id=7)).path.endswith("/a.csv")


def test_who_may_use_an_address_cannot_be_changed():
    address = LINKS.bundle(7, "set.zip")
    for mine, other in (
        ("for=3", "for=4"),
        ("for=3", "for="),
        ("by=9", "by=8"),
        ("by=9", "by="),
        ("&by=9", ""),
    ):
        with pytest.raises(PermissionDenied, match="signature"):
            checked(address.replace(mine, other), NOW)
    assert checked(SignedLinks("http://localhost", SIGNER, NOW, None).bundle(7, "x.zip"), NOW).reader is None


def test_another_key_signs_nothing_of_ours():
    with pytest.raises(PermissionDenied, match="signature"):
        checked(LINKS.bundle(7, "set.zip"), NOW, Signer(b"x" * 32))


def test_claims_cannot_be_moved_from_one_place_to_another():
    assert SIGNER.sign("a", "bc") != SIGNER.sign("ab", "c")
    assert SIGNER.sign("a", "b") != SIGNER.sign('a", "b')


def test_a_signature_that_is_no_text_of_ours_is_refused():
    for signature in ("", "é", "\udcff", "0" * 64):
        with pytest.raises(PermissionDenied):
            SIGNER.check(signature, "a")


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "link.key"
    first = load_key(path, lambda size: b"r" * size)
    assert first == b"r" * 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path, lambda size: b"other" * size) == first


def test_a_key_that_was_not_finished_is_none(tmp_path):
    path = tmp_path / "link.key"

    def killed(size: int) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_key(path, killed)
    assert load_key(path, lambda size: b"r" * size) == b"r" * 32
    assert [entry.name for entry in tmp_path.iterdir()] == ["link.key"]


def test_a_damaged_key_is_told_of(tmp_path):
    path = tmp_path / "link.key"
    path.write_bytes(b"short")
    with pytest.raises(LocalFailure, match=r"link\.key is damaged"):
        load_key(path, lambda size: b"r" * size)
