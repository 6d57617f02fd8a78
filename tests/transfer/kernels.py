"""A process in which the kernel refuses one system call, as some file systems do."""

import subprocess
import sys
from platform import machine
from typing import Final

_NUMBERS: Final = {
    "x86_64": {"fallocate": 285, "utimensat": 280},
    "aarch64": {"fallocate": 47, "utimensat": 88},
}
_REFUSE: Final = """
import ctypes, errno, struct, sys

def refuse(number, error):
    # seccomp(2): load the number of the call; if it is this one, answer with the error; else allow it.
    filters = ((0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | error), (0x06, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in filters))
    program = struct.pack("HxxxxxxP", len(filters), ctypes.addressof(code))
    kernel = ctypes.CDLL(None, use_errno=True)
    assert kernel.prctl(38, 1, 0, 0, 0) == 0, "no_new_privs"
    assert kernel.prctl(22, 2, program, 0, 0) == 0, "no filter"

refuse(int(sys.argv[1]), getattr(errno, sys.argv[2]))
"""


def run_without(call: str, error: str, code: str, *words: str) -> str:
    """What `code` prints where `call` fails with `error`; `words` are behind its sys.argv[2]."""
    number = str(_NUMBERS[machine()][call])
    done = subprocess.run(
        [sys.executable, "-c", _REFUSE + code, number, error, *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
