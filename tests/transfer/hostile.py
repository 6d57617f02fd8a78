"""Archives made to do harm: whoever unpacks archives, from wherever, runs them all."""

from tests.transfer.hostile_case import Hostile
from tests.transfer.hostile_tars import TARS
from tests.transfer.hostile_zips import ZIPS

__all__ = ["HOSTILE", "TARS", "ZIPS", "Hostile"]

HOSTILE: list[Hostile] = [*ZIPS, *TARS]
