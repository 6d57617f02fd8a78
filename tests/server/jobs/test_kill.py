"""Server, worker and scorer killed at any moment: every submission reaches its final state, and once."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.conftest import RunningServer
from tests.server.domain.competitions.playing import FILE
from tests.server.jobs.conftest import Room
from tests.server.jobs.metrics import metric
from tests.server.jobs.processes import children_of, is_scorer, is_worker, until

Serve = Callable[..., RunningServer]

SHARE = """
if "gentoo" in set(solution.species) - set(submission.species):
    raise ParticipantVisibleError("no gentoo at all")
return (solution.species == submission.species).mean()
"""
CUSTOM = "class ParticipantVisibleError(Exception): pass\n" + metric(SHARE)
WRONG = b"id,species\n1,adelie\n2,adelie\n3,adelie\n4,adelie\n"
TURNS = 5
KINDS = {"worker": is_worker, "scorer": is_scorer}


def _kill(server: RunningServer, whom: str) -> None:
    below = children_of(server.process.pid)
    victims = {"server": [server.process.pid], "all": [server.process.pid, *below]}.get(whom)
    for process in [one for one in below if KINDS[whom](one)] if victims is None else victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_killed_each_submission_ends_as_it_must_and_once(
    room: Room, new_server: Serve, seed: int
) -> None:
    chance = random.Random(seed)
    room.contest.custom_metric(CUSTOM.encode())
    expected: dict[int, str] = {}
    server = new_server(data=room.data)
    for _ in range(TURNS):
        for _ in range(chance.randint(1, 2)):
            right = chance.random() < 0.7
            expected[room.submit(FILE if right else WRONG)] = "complete" if right else "error"
        whom = chance.choice(["server", "worker", "scorer", "all"])
        time.sleep(chance.random())  # any moment of what a job takes
        _kill(server, whom)
        if whom in {"server", "all"}:
            server.process.wait(20)
            server = new_server(data=room.data)
    until(lambda: room.in_line() == 0, "the last job")
    assert {number: room.row(number).held for number in expected} == dict.fromkeys(expected, "")
    assert {number: room.states()[number] for number in expected} == expected
    assert sorted(room.journal()) == sorted(expected.items())
