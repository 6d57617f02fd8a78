"""The members of a remote zip as one work for a fleet: large ones in ranges, small ones in groups."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from brant.transfer.connections.deadline import Deadline
from brant.transfer.connections.fleet import Errand
from brant.transfer.unpacking.inplace import Room
from brant.transfer.unpacking.job import Job
from brant.transfer.unpacking.large import STORED, LargeMember
from brant.transfer.unpacking.members import SmallMembers
from brant.transfer.unpacking.plan import Plan


class Fetching:
    """All of a plan. Run it as a fleet's work until `go_on` says that nothing is left; then close it."""

    def __init__(self, job: Job, plan: Plan) -> None:
        self._job = job
        self._room = Room()
        # What has to be unpacked comes first: that goes on while the rest is fetched.
        self._waiting: Final = (
            deque(each for each in plan.large if each.method != STORED),
            deque(each for each in plan.large if each.method == STORED),
        )
        self._open: list[LargeMember] = []
        self._small = SmallMembers(job, plan.groups)

    def take(self) -> Errand | None:
        """What is begun goes before what is not; parts of what other connections bring come last."""
        self._open = [each for each in self._open if not each.is_over]
        return (
            _first(self._open, share=False)
            or self._begin()
            or self._small.take()
            or _first(self._open, share=True)
        )

    def _begin(self) -> Errand | None:
        for waiting in self._waiting:
            member = LargeMember(self._job, waiting[0], self._room) if waiting else None
            errand = member and member.take()
            if member and errand:
                waiting.popleft()
                self._open.append(member)
                return errand
        return None

    def go_on(self, deadline: Deadline) -> bool:
        """Wait until what has come is unpacked. Whether there is more to fetch; raises what went wrong."""
        for each in self._open:
            each.wait(deadline)
        is_done = self._small.is_done and all(each.is_over for each in self._open) and not any(self._waiting)
        if not is_done and deadline.is_over():
            raise deadline.error()
        return not is_done

    def discard(self) -> None:
        """Give up every byte that is not verified: it is of another object than those to come."""
        for each in self._stopped():
            each.discard()

    def close(self) -> None:
        """Let go of all files; what is unfinished can be taken up by another run."""
        for each in self._stopped():
            each.close()

    def _stopped(self) -> list[LargeMember]:
        for each in self._open:
            each.stop()
        return self._open


def _first(members: Iterable[LargeMember], *, share: bool) -> Errand | None:
    for each in members:
        errand = each.take(share=share)
        if errand:
            return errand
    return None
