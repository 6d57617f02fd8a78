"""The sandbox: bubblewrap around one Python program, without network, foreign files or foreign processes."""

import functools
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from brant.server.scoring.errors import HostError

INSIDE: Final = Path(__file__).parents[1] / "scoring" / "inside.py"

_INSTALL: Final = (
    "custom metrics run in a sandbox: install bubblewrap on the server's machine "
    "(Debian and Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap), then score again"
)
# Of what systemd gives to services for their time alone: nobody's files are theirs.
_NOBODY: Final = 61_184
_MEGABYTE: Final = 1024 * 1024
_SCRATCH_BYTES: Final = 64 * _MEGABYTE
# Programs and libraries, and how the loader finds them; of /etc nothing that tells of users or hosts.
_SYSTEM: Final = ("/usr", "/nix/store", "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_TOP: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_HOME: Final = "/tmp"  # noqa: S108 - the sandbox's own
_SHARED: Final = "/dev/shm"  # noqa: S108
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "HOME": _HOME,
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_SEPARATE: Final = (
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
)


class Boundary(NamedTuple):
    """A way to bound a process on this machine: the program's options, and whom the process becomes."""

    program: str
    options: tuple[str, ...]
    user: int | None


class Inputs(NamedTuple):
    """What the metric is given: its code, and both sides of one split as CSV."""

    code: Path
    solution: Path
    submission: Path
    row_id_column: str


@functools.cache
def boundary() -> Boundary:
    """The way that works here. Raises HostError where bubblewrap is missing, or may not do its work."""
    program = shutil.which("bwrap")
    if program is None:
        raise HostError(_INSTALL)
    complaint = ""
    for options, user in _ways():
        found = Boundary(program, options, user)
        complaint = _complaint(found)
        if not complaint:
            return found
    raise HostError(
        "bubblewrap makes no sandbox on the server's machine: allow user namespaces, or update it to 0.7 "
        "or later, then score again",
        complaint,
    )


def started(
    bounds: Boundary, inputs: Inputs, memory: int, tasks: int, hidden: Path
) -> "subprocess.Popen[bytes]":
    """The metric in its sandbox; its answer comes on standard output. `hidden` is not shown in it."""
    orders = {
        "code": "/job/metric.py",
        "solution": "/job/solution.csv",
        "submission": "/job/submission.csv",
        "row_id_column": inputs.row_id_column,
        "user": bounds.user,
        "path": [str(folder) for folder in _packages()],
        "limits": _limits(memory, tasks, bounds),
    }
    shown = ["--ro-bind", str(INSIDE), "/job/inside.py"]
    for path, place in (
        (inputs.code, orders["code"]),
        (inputs.solution, orders["solution"]),
        (inputs.submission, orders["submission"]),
    ):
        shown += ["--ro-bind", str(path), str(place)]
    command = [*_command(bounds, hidden), *shown, "--remount-ro", "/", *_python("/job/inside.py")]
    return subprocess.Popen(  # noqa: S603 - bounded by all of this
        [*command, json.dumps(orders)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
    )


def _ways() -> Sequence[tuple[tuple[str, ...], int | None]]:
    """In order of preference: what a superuser runs becomes nobody, whose processes the kernel counts."""
    own_users = ("--unshare-user", "--uid", str(_NOBODY), "--gid", str(_NOBODY))
    ways: list[tuple[tuple[str, ...], int | None]] = [
        ((*own_users, "--disable-userns"), None),
        (own_users, None),
    ]
    if os.geteuid() == 0:
        ways.insert(0, (("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"), _NOBODY))
    return ways


def _complaint(bounds: Boundary) -> str:
    """Why that way does not work here; empty when it does."""
    become = (
        "import os, sys; user = int(sys.argv[1]); user and (os.setgroups([]), os.setresuid(user, user, user))"
    )
    command = [*_command(bounds, Path("/nowhere")), *_python("-c"), become, str(bounds.user or 0)]
    done = subprocess.run(  # noqa: S603 - a line of our own
        command, stdin=subprocess.DEVNULL, capture_output=True, env=_ENVIRONMENT, cwd="/", check=False
    )
    return done.stderr.decode("utf-8", "replace") if done.returncode else ""


def _command(bounds: Boundary, hidden: Path) -> list[str]:
    command = [bounds.program, *_SEPARATE, *bounds.options, "--die-with-parent", "--new-session"]
    # Before what is shown: Python and its packages may lie below it.
    command += _scratch(_HOME)
    # Whom the process becomes must get through what is made on the way to a folder, too.
    above = dict.fromkeys(parent for folder in _folders() for parent in reversed(folder.parents[:-1]))
    for parent in (folder for folder in above if folder != Path(_HOME)):
        command += ["--perms", "0755", "--dir", str(parent)]
    command += ["--perms", "0755", "--dir", "/etc"]
    for path in _SYSTEM:
        command += ["--ro-bind-try", path, path]
        if hidden.is_relative_to(path):
            command += ["--tmpfs", str(hidden)]
    for path in _TOP:
        if Path(path).is_symlink():
            command += ["--symlink", str(Path(path).readlink()), path]
        else:
            command += ["--ro-bind-try", path, path]
    for folder in _folders():
        command += ["--ro-bind", str(folder), str(folder)]
        if hidden.is_relative_to(folder):
            command += ["--tmpfs", str(hidden)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += _scratch(_SHARED)
    return [*command, "--remount-ro", "/dev", "--chdir", _HOME]


def _scratch(place: str) -> list[str]:
    return ["--size", str(_SCRATCH_BYTES), "--perms", "0777", "--tmpfs", place]


def _python(*arguments: str) -> list[str]:
    """Python without site packages, which the program adds itself, and without what the user set for it."""
    return ["--", os.path.realpath(sys.executable), "-I", "-S", "-B", *arguments]


def _folders() -> list[Path]:
    """What Python and its packages need beside the system's own folders."""
    wanted = [Path(sys.base_prefix).resolve(), Path(os.path.realpath(sys.executable)).parent, *_packages()]
    outside = (folder for folder in wanted if not folder.is_relative_to("/usr"))
    return [folder for folder in dict.fromkeys(outside) if folder.is_dir()]


def _packages() -> list[Path]:
    names = ("site-packages", "dist-packages")
    return [Path(entry).resolve() for entry in sys.path if Path(entry).name in names]


def _limits(memory: int, tasks: int, bounds: Boundary) -> dict[str, int]:
    limits: dict[str, Any] = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": _SCRATCH_BYTES,
        "RLIMIT_NOFILE": 128,
        # Libraries are mapped too, and arenas reserve much that they never touch.
        "RLIMIT_AS": memory + 1024 * _MEGABYTE,
    }
    # Older kernels count all processes of the server's user, not those in the sandbox.
    if bounds.user is not None or _kernel() >= (5, 14):
        limits["RLIMIT_NPROC"] = tasks
    return limits


def _kernel() -> tuple[int, int]:
    first, _, rest = platform.release().partition(".")
    second = rest.partition(".")[0]
    return (int(first), int(second)) if first.isdigit() and second.isdigit() else (0, 0)
