"""A line between two programs that is as slow and as long as a far network: TCP, shaped in its own process.

Each connection carries at most `rate` bytes a second in each direction, every byte is under way for half a
round trip, and setting up a connection takes a whole one. `capacity` tells what the shaper itself can carry.
"""

import argparse
import heapq
import select
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

_PIECE = 128 * 1024
# What may be under way in one direction: well above the rate times the delay, or the line would be slower.
_MOST_HELD = 2 * 1024 * 1024
_ENDLESS = 1e15


@contextmanager
def shaped(port: int, *, rate: float, round_trip: float) -> Iterator[int]:
    """The port on loopback of a line to `port`. Bytes a second for a connection; seconds there and back."""
    command = [sys.executable, __file__, str(port), str(rate), str(round_trip)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=10)


def capacity(*, connections: int = 16, seconds: float = 3.0) -> str:
    """A line that says how much a shaper carries over so many connections, if it need not slow them down."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=connections)) as server:
        threading.Thread(target=_pour, args=(server, connections), daemon=True).start()
        with shaped(server.getsockname()[1], rate=_ENDLESS, round_trip=0.04) as port:
            counts = [0] * connections
            end = time.monotonic() + seconds
            drains = [
                threading.Thread(target=_drain, args=(port, counts, index, end))
                for index in range(connections)
            ]
            for drain in drains:
                drain.start()
            for drain in drains:
                drain.join()
    megabytes = sum(counts) / seconds / 1e6
    return f"The shaper carries {megabytes:.0f} MB/s over {connections} connections where nothing is capped."


def _pour(server: socket.socket, connections: int) -> None:
    """Sends zeros to everybody, from threads, until they hang up."""

    def send(peer: socket.socket) -> None:
        zeros = bytes(1024 * 1024)
        with peer:
            try:
                while True:
                    peer.sendall(zeros)
            except OSError:
                return

    for _ in range(connections):
        threading.Thread(target=send, args=(server.accept()[0],), daemon=True).start()


def _drain(port: int, counts: list[int], index: int, end: float) -> None:
    with socket.create_connection(("127.0.0.1", port)) as peer:
        view = memoryview(bytearray(256 * 1024))
        while time.monotonic() < end and (count := peer.recv_into(view)):
            counts[index] += count


@dataclass(eq=False)
class _Lane:
    """One direction of one connection. `held`: bytes under way; `free_at`: when the line takes the next."""

    source: socket.socket
    sink: socket.socket
    free_at: float
    under_way: deque[tuple[float, memoryview | None]] = field(default_factory=deque)
    held: int = 0
    ended: bool = False
    """The source has said all, or is gone."""
    done: bool = False
    """The sink was told so, or is gone."""
    stuck: bool = False
    """The sink takes no more for the moment."""


class _Shaper:
    """One thread that waits for sockets and for the time at which bytes arrive."""

    def __init__(self, listener: socket.socket, port: int, rate: float, round_trip: float) -> None:
        self._listener = listener
        self._port = port
        self._rate = rate
        self._round_trip = round_trip
        self._poll = select.epoll()
        self._poll.register(listener.fileno(), select.EPOLLIN)
        self._out: dict[int, _Lane] = {}
        """By the descriptor of the source."""
        self._into: dict[int, _Lane] = {}
        """By the descriptor of the sink."""
        self._due: list[tuple[float, int, _Lane]] = []
        self._turn = 0

    def serve(self) -> None:
        """Until the process is stopped."""
        while True:
            wait = max(self._due[0][0] - time.monotonic(), 0) if self._due else -1
            for descriptor, events in self._poll.poll(wait):
                if descriptor == self._listener.fileno():
                    self._accept()
                    continue
                if events & select.EPOLLOUT and (lane := self._into.get(descriptor)):
                    self._deliver(lane)
                if events & ~select.EPOLLOUT and (lane := self._out.get(descriptor)):
                    self._take(lane)
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._deliver(heapq.heappop(self._due)[2])

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(("127.0.0.1", self._port))
        now = time.monotonic()
        # Whoever has connected to loopback believes to be through at once: the first bytes wait instead.
        lanes = _Lane(near, far, now + self._round_trip), _Lane(far, near, now)
        for lane in lanes:
            lane.source.settimeout(0)
            lane.source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._out[lane.source.fileno()] = self._into[lane.sink.fileno()] = lane
            self._poll.register(lane.source.fileno(), select.EPOLLIN)

    def _take(self, lane: _Lane) -> None:
        """Read what there is; it will arrive when the line has carried it."""
        if lane.ended:
            return
        try:
            piece = lane.source.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        begun = max(time.monotonic(), lane.free_at)
        lane.free_at = begun + len(piece) / self._rate
        lane.held += len(piece)
        lane.ended = not piece
        due = lane.free_at + self._round_trip / 2
        lane.under_way.append((due, memoryview(piece) if piece else None))
        self._turn += 1
        heapq.heappush(self._due, (due, self._turn, lane))
        if lane.ended or lane.held >= _MOST_HELD:
            self._watch(lane.source)

    def _deliver(self, lane: _Lane) -> None:
        """Hand over everything that has arrived."""
        now, full = time.monotonic(), lane.held >= _MOST_HELD
        lane.stuck = False
        while lane.under_way and lane.under_way[0][0] <= now and not (lane.done or lane.stuck):
            due, piece = lane.under_way.popleft()
            if piece is None:
                self._finish(lane)
                break
            sent = self._send(lane, piece)
            lane.held -= sent
            if sent < len(piece) and not lane.done:
                lane.under_way.appendleft((due, piece[sent:]))
                lane.stuck = True
        if lane.done:
            return
        if full and lane.held < _MOST_HELD:
            self._watch(lane.source)
        self._watch(lane.sink)

    def _send(self, lane: _Lane, piece: memoryview) -> int:
        try:
            return lane.sink.send(piece)
        except BlockingIOError:
            return 0
        except OSError:
            self._finish(lane)
            return len(piece)

    def _finish(self, lane: _Lane) -> None:
        """The end of this direction has arrived; with both ended, the connection is no more."""
        lane.done = lane.ended = True
        back = self._out[lane.sink.fileno()]
        if not back.done:
            try:
                lane.sink.shutdown(socket.SHUT_WR)
            except OSError:
                back.ended = back.done = True
        if not back.done:
            self._watch(lane.source)
            return
        for end in (lane.source, lane.sink):
            del self._out[end.fileno()], self._into[end.fileno()]
            self._poll.unregister(end.fileno())
            end.close()

    def _watch(self, end: socket.socket) -> None:
        """Ask for what this socket has to say, as far as it can be used now."""
        reading, writing = self._out[end.fileno()], self._into[end.fileno()]
        may_read = not reading.ended and reading.held < _MOST_HELD
        self._poll.modify(
            end.fileno(),
            (select.EPOLLIN if may_read else 0) | (select.EPOLLOUT if writing.stuck else 0),
        )


def main() -> None:
    """Shapes until it is stopped; its first line is the port on which it listens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="where the line leads, on loopback")
    parser.add_argument("rate", type=float, help="bytes a second, for each connection and direction")
    parser.add_argument("round_trip", type=float, help="seconds there and back")
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        print(listener.getsockname()[1], flush=True)
        _Shaper(listener, options.port, options.rate, options.round_trip).serve()


if __name__ == "__main__":
    main()
