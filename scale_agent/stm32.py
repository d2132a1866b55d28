"""Chips behind AN3155, by the id that Get ID answers.

Source: ST AN2606 table 3 ("Bootloader device-dependent parameters") for the ids; the reference
manuals' "Device electronic signature" for the address of the flash size (16 bits, KiB).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

KIB: Final = 1024
F1: Final = 0x1FFFF7E0  # RM0008 30.1.1
F0_F3: Final = 0x1FFFF7CC  # RM0091 33.1, RM0316 34.2
F2_F4: Final = 0x1FFF7A22  # RM0033 33.2, RM0090 39.2
F7: Final = 0x1FF0F442  # RM0385 41.2
L0: Final = 0x1FF8007C  # RM0367 33.1.1
L4_G: Final = 0x1FFF75E0  # RM0351 49.2, RM0444 41.2, RM0440 48.2


@dataclass(frozen=True, slots=True)
class Stm32:
    """A die: name, largest flash in KiB, address of the flash size."""

    name: str
    flash_kib: int
    size_at: int


# fmt: off
CHIPS: Final[Mapping[int, Stm32]] = MappingProxyType({
    0x410: Stm32("STM32F10x medium density", 128, F1),
    0x411: Stm32("STM32F2", 1024, F2_F4),
    0x412: Stm32("STM32F10x low density", 32, F1),
    0x413: Stm32("STM32F405/407", 1024, F2_F4),
    0x414: Stm32("STM32F10x high density", 512, F1),
    0x415: Stm32("STM32L47x/48x", 1024, L4_G),
    0x417: Stm32("STM32L05x/06x", 64, L0),
    0x418: Stm32("STM32F105/107", 256, F1),
    0x419: Stm32("STM32F42x/43x", 2048, F2_F4),
    0x420: Stm32("STM32F100 medium density", 128, F1),
    0x421: Stm32("STM32F446", 512, F2_F4),
    0x422: Stm32("STM32F302/303xB/C", 256, F0_F3),
    0x423: Stm32("STM32F401xB/C", 256, F2_F4),
    0x425: Stm32("STM32L03x/04x", 32, L0),
    0x428: Stm32("STM32F100 high density", 512, F1),
    0x430: Stm32("STM32F10x XL density", 1024, F1),
    0x431: Stm32("STM32F411", 512, F2_F4),
    0x432: Stm32("STM32F37x", 256, F0_F3),
    0x433: Stm32("STM32F401xD/E", 512, F2_F4),
    0x435: Stm32("STM32L43x/44x", 256, L4_G),
    0x438: Stm32("STM32F303x6/8, F334", 64, F0_F3),
    0x439: Stm32("STM32F301, F302x6/8", 64, F0_F3),
    0x440: Stm32("STM32F05x, F030x8", 64, F0_F3),
    0x441: Stm32("STM32F412", 1024, F2_F4),
    0x442: Stm32("STM32F09x, F030xC", 256, F0_F3),
    0x444: Stm32("STM32F03x", 32, F0_F3),
    0x445: Stm32("STM32F04x, F070x6", 32, F0_F3),
    0x446: Stm32("STM32F303xD/E", 512, F0_F3),
    0x447: Stm32("STM32L07x/08x", 192, L0),
    0x448: Stm32("STM32F07x", 128, F0_F3),
    0x449: Stm32("STM32F74x/75x", 1024, F7),
    0x456: Stm32("STM32G05x/06x", 64, L4_G),
    0x457: Stm32("STM32L01x/02x", 16, L0),
    0x460: Stm32("STM32G07x/08x", 128, L4_G),
    0x462: Stm32("STM32L45x/46x", 512, L4_G),
    0x464: Stm32("STM32L41x/42x", 128, L4_G),
    0x466: Stm32("STM32G03x/04x", 64, L4_G),
    0x467: Stm32("STM32G0Bx/0Cx", 512, L4_G),
    0x468: Stm32("STM32G431/441", 128, L4_G),
    0x469: Stm32("STM32G47x/48x", 512, L4_G),
})
# fmt: on

# Flash comes in these sizes; an unknown chip is tried up to the largest.
SIZES_KIB: Final = (
    2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 4, 2, 1,
)  # fmt: skip
