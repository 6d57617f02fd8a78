"""Scenarios: functions of a stage, registered with what they need of a client."""

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.oauth_clients.drivers import Can
from tests.oauth_clients.stage import Stage

Act = Callable[[Stage], None]


class Scenario(NamedTuple):
    """One story, told once for all clients."""

    name: str
    act: Act
    needs: frozenset[Can]


REGISTERED: Final[list[Scenario]] = []


def scenario(*needs: Can) -> Callable[[Act], Act]:
    """Registers a function as a scenario."""

    def register(act: Act) -> Act:
        REGISTERED.append(Scenario(act.__name__, act, frozenset(needs)))
        return act

    return register
