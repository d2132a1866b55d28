"""Firmware readers, one module per protocol.

To add one: a module, a line in ``READERS``, a device model in ``scale_agent.simulator``, tests.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scale_agent.firmware.an3155 import An3155
from scale_agent.firmware.base import FirmwareReader
from scale_agent.firmware.stk500v1 import Stk500v1

READERS: Final[Mapping[str, type[FirmwareReader]]] = MappingProxyType(
    {reader.name: reader for reader in (An3155, Stk500v1)}
)
