"""The seven drivers, in the order in which they are shown."""

from typing import Final

from tests.conformance.drivers.base import Driver
from tests.conformance.drivers.command_line import CommandLine
from tests.conformance.drivers.in_process import InProcess
from tests.conformance.drivers.legacy_command_line import LegacyCommandLine
from tests.conformance.drivers.legacy_library import LegacyLibrary
from tests.conformance.drivers.library import Library
from tests.conformance.drivers.official_command_line import OfficialCommandLine
from tests.conformance.drivers.official_library import OfficialLibrary

DRIVERS: Final[tuple[type[Driver], ...]] = (
    InProcess,
    CommandLine,
    Library,
    OfficialCommandLine,
    OfficialLibrary,
    LegacyCommandLine,
    LegacyLibrary,
)
