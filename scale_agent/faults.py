"""What can go wrong with a station, each with the sentence its operator reads.

The exit status belongs to the kind of fault: 2 is a mistake in what was asked or
written, 3 is something that could not be done (device, network, disk).
"""

from typing import ClassVar


class StationFaultError(Exception):
    """The station cannot go on; the text says why and what to do."""

    exit_status: ClassVar[int] = 3


class MistakeError(StationFaultError):
    """The command or the configuration is wrong; trying again will not help."""

    exit_status: ClassVar[int] = 2


class DiskNearlyFullError(StationFaultError):
    """A new reading is refused so that the old ones stay safe."""


class SpoolDamagedError(StationFaultError):
    """The spool cannot be opened, read or written."""
