"""Return addresses: where a browser goes after it signed in, on this server and nowhere else."""

import re
from typing import Final

HOME: Final = "/"
_LONGEST: Final = 8000
# One slash, then no second one and no backslash, which browsers read as one: `//host` is another host.
_PATH: Final = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")


def safe_path(text: str) -> str:
    """`text` where it is a path of this server, percent-encoded as it must be; else the first page."""
    return text if len(text) <= _LONGEST and _PATH.fullmatch(text) else HOME
