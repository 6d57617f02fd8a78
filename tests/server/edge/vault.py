"""A competition with secrets, everybody who may want them, and a look for them in what a server says."""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from brant.contract.blobs import ApiBlobType
from brant.server.domain.services import Services
from tests.conformance.contest import Contest
from tests.conformance.place import Served, User
from tests.conftest import RunningServer
from tests.ledger import issued

SPECIES: Final = "chinstrap-of-the-solution"
SOLUTION: Final = f"id,species,Usage\n1,adelie,Public\n2,gentoo,Public\n3,{SPECIES},Private\n".encode()
# One answer that makes the metric fail, so that its own lines stand in what the host is told.
METRIC: Final = b"""def score(solution, submission, row_id_column_name):
    if (submission["species"] == "trap").any():
        raise KeyError("metric-of-the-host")
    return 0.625 if len(solution) == 2 else 0.4321987
"""
_SOLUTION: Final = ApiBlobType.COMPETITION_SOLUTION
PUBLIC_SCORE: Final = "0.62500"
DATA: Final = {"test.csv": b"id,bill\n1,40.1\n2,41.2\n3,42.3\n"}
RIVALS: Final = b"id,species\n1,adelie\n2,gentoo\n3,answer-of-the-rival\n"
OWN: Final = b"id,species\n1,adelie\n2,gentoo\n3,adelie\n"
TRAP: Final = b"id,species\n1,adelie\n2,gentoo\n3,trap\n"
BROKEN: Final = b"id,species\n1,adelie\n7,gentoo\n"


def _hashes(data: bytes) -> tuple[bytes, ...]:
    found = (hashlib.sha256(data), hashlib.md5(data, usedforsecurity=False))
    digests = [one.digest() for one in found]
    return (*(one.hex().encode() for one in digests), *(base64.b64encode(one) for one in digests))


SECRETS: Final = {
    "the solution": (SPECIES.encode(), *_hashes(SOLUTION)),
    "the metric": (b"metric-of-the-host", b'== "trap"', *_hashes(METRIC)),
    "a file of another team": (
        b"answer-of-the-rival",
        b"words-of-the-rival",
        b"file-of-the-rival",
        *_hashes(RIVALS),
    ),
    "private scores": (b"0.43220", b"0.4321987"),
}
"""Each kind, and what gives it away wherever it stands."""


@dataclass
class Vault:
    """The competition, and what of it can be named in a request; `people` ask for it."""

    server: RunningServer
    contest: Contest
    rival: User
    numbers: dict[str, int]
    tokens: list[str]
    people: dict[str, User] = field(default_factory=dict)

    def session(self, user: User) -> str:
        """The cookie of a user who signed in before."""
        with closing(Services.over(self.server.data)) as services:
            found = services.users.find(user.name)
            assert found is not None
            value = issued(services.sessions.open(found.id, datetime.now(UTC)))
        return f"brant-session-{self.server.port}={value}"

    def state(self) -> list[Any]:
        """All that must not change by what others ask, as its host sees it."""
        contest = self.contest
        return [
            contest.settings(),
            contest.pages(),
            contest.held(),
            contest.solution_status(),
            contest.submissions(self.rival),
        ]


def arranged(server: RunningServer) -> Vault:
    """A vault in which a rival, an entrant of a team of two, and the host have submitted."""
    place = Served(server)
    host, rival, entrant, mate, judge = (
        place.add_user(name)
        for name in ("vault-host", "vault-rival", "vault-entrant", "vault-mate", "vault-judge")
    )
    contest = Contest(place, host, "vault-of-penguins")
    contest.create()
    contest.publish(DATA)
    code = contest.upload("metric.py", METRIC)
    contest.set_up(metric="custom", metric_token=code, higher_is_better=True)
    # The last of them stands for bytes that were sent, and are not used yet.
    tokens = [contest.solve(SOLUTION), code, contest.upload("solution.csv", SOLUTION, _SOLUTION)]
    contest.launch()
    contest.appoint(judge)
    theirs = contest.submit(contest.join(rival), RIVALS, "file-of-the-rival.csv", "words-of-the-rival")
    contest.merge(contest.join(entrant), contest.join(mate))
    assert contest.submit(entrant, OWN).public_score == PUBLIC_SCORE
    assert contest.submit(entrant, BROKEN).error_description
    trial = contest.hand_in(host, RIVALS, "file-of-the-rival.csv", "words-of-the-rival", trial=True)
    contest.hand_in(entrant, TRAP)
    place.settle(lambda: contest.held_submissions() == 1)
    seen = contest.seen_by(None)
    assert seen is not None
    numbers = {
        "submission": theirs.ref,
        "trial": trial,
        "team": contest.team(rival).id,
        "competition": seen.id,
    }
    vault = Vault(server, contest, rival, numbers, tokens)
    vault.people = _people(vault, place, entrant, mate, judge)
    return vault


def _people(vault: Vault, place: Served, entrant: User, mate: User, judge: User) -> dict[str, User]:
    """Everybody who is not to find out, by what they are."""
    slug = vault.contest.slug
    elsewhere = Contest(place, place.add_user("host-elsewhere"), "elsewhere-of-penguins").opened()
    guest, stranger = place.add_user("vault-guest"), place.add_user("vault-stranger")
    vault.contest.admit(guest)
    narrow = {
        f"an entrant with {scope} alone": place.limited(entrant, scope)
        for scope in (
            "competitions.get:*",
            "competitions.submit:*",
            "competitions.update:*",
            f"competitions.editor:{slug}",
            "datasets.editor:*",
            "resources.viewer:*",
        )
    }
    return {
        "nobody": User("nobody", "", ""),
        "a stranger": stranger,
        "a guest": guest,
        "an entrant": entrant,
        "a team mate": mate,
        "an entrant with a key": User(entrant.name, entrant.key, entrant.key),
        **narrow,
        "an entrant whose token has expired": _expired(vault.server, entrant),
        "the host of another competition": elsewhere.host,
        "the host with a token for another competition": place.limited(
            vault.contest.host, f"competitions.editor:{elsewhere.slug}"
        ),
        "a judge": judge,
    }


def _expired(server: RunningServer, user: User) -> User:
    """The same user with a token that ran out an hour ago."""
    began = datetime.now(UTC) - timedelta(hours=2)
    with closing(Services.over(server.data)) as services:
        token = services.tokens.make_token(user.name, began, lifetime=timedelta(hours=1))
    return User(user.name, issued(token), "")


def given_away(said: bytes, asked: str = "") -> list[str]:
    """Which kinds of secrets stand in what was said, packed or not; what was asked for by name is none."""
    texts = [said, *_unpacked(said)]
    return [
        kind
        for kind, signs in SECRETS.items()
        if any(sign in text for text in texts for sign in signs if sign.decode() not in asked)
    ]


def _unpacked(said: bytes) -> list[bytes]:
    found = []
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(said)) as archive:
        found += [name.encode() for name in archive.namelist()]
        found += [archive.read(name) for name in archive.namelist()]
    with suppress(OSError, EOFError):
        found.append(gzip.decompress(said))
    with suppress(ValueError):
        # Whatever stands in it escaped.
        found.append(json.dumps(json.loads(said), ensure_ascii=False).encode())
    return found
