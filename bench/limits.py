"""What the rate limits cost: one server that counts and one that does not, asked the same in turn."""

import http.client
import statistics
import time
from urllib.parse import urlsplit

from bench.measure import Figure, table
from bench.stage import Stage, stage

_PATH = "/api/v1/api.v1.DiagnosticsService/Hello"
# Never reached, so that each call is counted and none refused.
_ENDLESS = "999999999"


def run(*, calls: int = 10_000) -> str:
    """The median of so many authenticated calls over a connection that is kept, call by call in turn."""
    with stage("--rate-limit", "0") as free, stage("--rate-limit", _ENDLESS) as counting:
        lines = {"without limits": _Line(free), "with limits": _Line(counting)}
        times: dict[str, list[float]] = {name: [] for name in lines}
        for turn in range(calls + calls // 10):
            for name, line in lines.items():
                seconds = line.call()
                if turn >= calls // 10:
                    times[name].append(seconds)
        for line in lines.values():
            line.close()
    figures = [Figure(name, statistics.median(taken), 0.0) for name, taken in times.items()]
    return table("one call to the server", figures, against="without limits")


class _Line:
    """One connection to a server, with a token."""

    def __init__(self, at: Stage) -> None:
        token = (at.folder / "home" / ".kaggle" / "access_token").read_text().strip()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection(str(urlsplit(at.address).netloc), timeout=60)

    def call(self) -> float:
        """The seconds of one."""
        before = time.perf_counter()
        self._connection.request("POST", _PATH, b"{}", self._headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"Hello was answered with {answer.status}: {said[:300]!r}")
        return time.perf_counter() - before

    def close(self) -> None:
        self._connection.close()
