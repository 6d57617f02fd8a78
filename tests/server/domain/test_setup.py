"""Set-up: whoever can read the code in the data folder makes the first administrator, once."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brant.errors import BrantError, InvalidInput, PermissionDenied, RateLimited, Unauthenticated
from brant.server.domain.accounts.setup import Setup
from tests.server.domain.conftest import World

PASSWORD = "a swan, crossing"
HERE = "198.51.100.7"


@pytest.fixture
def path(world: World) -> Path:
    return world.data / "setup.code"


@pytest.fixture
def setup(world: World, path: Path) -> Setup:
    made = Setup(world.services.users, path)
    assert made.prepare()
    return made


def finish(setup: Setup, world: World, code: str, name: str = "root", password: str = PASSWORD) -> None:
    setup.finish(code, name, password, address=HERE, now=world.now)


def test_the_code_is_its_owners_alone_and_is_kept_over_a_restart(
    world: World, setup: Setup, path: Path
) -> None:
    code = path.read_text()
    assert re.fullmatch(r"([A-Z2-7]{4}-){4}[A-Z2-7]{4}\n", code)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Setup(world.services.users, path).prepare()
    assert path.read_text() == code
    assert [one.name for one in world.data.glob("setup*")] == ["setup.code"]


@pytest.mark.parametrize("damage", [b"", b"ABCD", b"\xff\xff"])
def test_a_code_that_is_not_whole_is_worth_nothing_and_made_anew(
    world: World, setup: Setup, path: Path, damage: bytes
) -> None:
    path.write_bytes(damage)
    assert not setup.check("", HERE, world.now)
    assert not setup.check("ABCD", HERE, world.now)
    setup.prepare()
    assert setup.check(path.read_text(), HERE, world.now)


def test_a_link_left_in_the_way_of_the_code_is_not_followed(world: World, path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path.with_name("setup.code.new").symlink_to(elsewhere)
    Setup(world.services.users, path).prepare()
    assert not elsewhere.exists()


def test_the_code_makes_the_first_administrator(world: World, setup: Setup, path: Path) -> None:
    finish(setup, world, path.read_text())
    made = world.services.users.sign_in("root", PASSWORD, HERE, world.now)
    assert made.is_admin
    assert not path.exists()
    assert not setup.needed()


def test_the_code_may_be_copied_as_people_do(world: World, setup: Setup, path: Path) -> None:
    code = path.read_text()
    for copied in (code.lower(), f"  {code}\n", code.replace("-", " "), code.replace("-", "")):
        assert setup.check(copied, HERE, world.now)


def test_another_code_makes_nobody(world: World, setup: Setup, path: Path) -> None:
    code = path.read_text().strip()
    for number, other in enumerate(("", code[:-1], code + "A", code[::-1], "ÅÄÖ", "\ud800")):
        with pytest.raises(Unauthenticated):
            setup.finish(other, "root", PASSWORD, address=f"198.51.100.{number}", now=world.now)
    assert world.services.users.all() == []
    assert setup.needed()


def test_guessing_it_is_slowed(world: World, setup: Setup, path: Path) -> None:
    for _ in range(5):
        assert not setup.check("AAAA-AAAA-AAAA-AAAA-AAAA", HERE, world.now)
    with pytest.raises(RateLimited):
        setup.check(path.read_text(), HERE, world.now)
    assert setup.check(path.read_text(), "203.0.113.9", world.now)


def test_what_is_wrong_with_name_or_password_can_be_mended(world: World, setup: Setup, path: Path) -> None:
    for _ in range(20):
        with pytest.raises(InvalidInput):
            finish(setup, world, path.read_text(), password="short")
        with pytest.raises(InvalidInput):
            finish(setup, world, path.read_text(), name="no name")
    finish(setup, world, path.read_text())
    assert [user.name for user in world.services.users.all()] == ["root"]


def test_the_code_works_once_however_many_use_it_at_once(world: World, setup: Setup, path: Path) -> None:
    code = path.read_text()

    def use(number: int) -> type[BrantError] | None:
        try:
            finish(setup, world, code, name=f"root-{number}")
        except (PermissionDenied, Unauthenticated, RateLimited) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(use, range(4)))
    assert ended.count(None) == 1
    assert len(world.services.users.all()) == 1


def test_it_is_not_needed_where_an_administrator_can_sign_in(world: World, setup: Setup, path: Path) -> None:
    root = world.services.users.add("root", world.now, is_admin=True)
    world.services.users.add("grace", world.now, password=PASSWORD)
    assert setup.needed()
    world.services.users.set_password(root.id, PASSWORD)
    code = path.read_text()

    with pytest.raises(PermissionDenied, match="set up already"):
        finish(setup, world, code, name="mallory")

    assert not setup.needed()
    assert not path.exists()
    assert not setup.check(code, HERE, world.now)
    assert not Setup(world.services.users, path).prepare()
    assert not path.exists()
