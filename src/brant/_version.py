"""The version of the program, a literal so that printing it imports nothing."""

from typing import Final

VERSION: Final = "0.1.0"
