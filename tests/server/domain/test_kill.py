"""A server that is killed at any moment: what is there afterwards is whole, and goes on."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from brant.server.domain.actor import Actor
from brant.server.domain.services import Services
from brant.server.store.tables import blobs, datasets, files, folders, uploads, versions
from tests.server.domain.conftest import World

# Publishes for ever, and says where it is.
PUBLISHER = """
import itertools, sys
from pathlib import Path
from brant.server.domain.actor import Actor
from brant.server.domain.services import Services
from tests.server.domain.conftest import World

data, user_id, turn = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
world = World(Services.open(data), data)
ada = Actor(user_id, "ada")
for number in itertools.count():
    name = f"set-{turn}-{number}"
    world.create(ada, {f"{n % 5}/{n}.csv": b"%d %d" % (number, n) for n in range(40)}, slug=name)
    print(name, flush=True)
    world.version(ada, {"a.csv": b"%d" % number}, of=f"ada/{name}", delete_old_versions=True)
    print(name, flush=True)
"""


def check(world: World) -> None:
    """Every version has all its files, every file its blob, every blob its bytes."""
    with world.services.db.read() as connection:
        counted = sa.select(sa.func.count()).where(files.c.version_id == versions.c.id).scalar_subquery()
        assert connection.scalar(sa.select(sa.func.count()).where(versions.c.file_count != counted)) == 0
        newest = sa.exists().where(
            versions.c.dataset_id == datasets.c.id, versions.c.number == datasets.c.current_number
        )
        assert connection.scalar(sa.select(sa.func.count()).where(~newest).select_from(datasets)) == 0
        known = connection.execute(sa.select(blobs.c.sha256, blobs.c.size)).all()
        orphans = sa.select(sa.func.count()).where(folders.c.version_id.not_in(sa.select(versions.c.id)))
        assert connection.scalar(orphans) == 0
        states = set(connection.scalars(sa.select(uploads.c.state)))
    for sha256, size in known:
        assert world.services.store.path(sha256).stat().st_size == size
    assert states <= {"open", "complete", "used"}


def test_killed_again_and_again_it_is_whole_each_time(world: World, ada: Actor) -> None:
    world.services.close()
    root = Path(__file__).parents[3]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    for turn, lines in enumerate((1, 2, 4)):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(world.data), str(ada.user_id), str(turn)],
            stdout=subprocess.PIPE,
            env=environ,
        )
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()

        with contextlib.closing(Services.open(world.data)) as services:
            again = World(services, world.data)
            check(again)
            assert again.paths(f"ada/{said[0].decode().strip()}")
            again.later(days=30)
            services.collect(again.now)
            check(again)
            assert again.create(ada, {"a.csv": b"1"}, slug=f"after-{turn}").status == "ok"
