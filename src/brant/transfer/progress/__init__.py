"""Tells how far transfers are: to nobody, in bars for people, or in events for programs."""

from brant.transfer.progress.bars import Bars
from brant.transfer.progress.events import Events
from brant.transfer.progress.interface import Progress, Silent, Track
from brant.transfer.progress.meter import Meter
from brant.transfer.progress.waits import Waits

__all__ = ["Bars", "Events", "Meter", "Progress", "Silent", "Track", "Waits"]
