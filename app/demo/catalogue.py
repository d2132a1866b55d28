"""The demo's makers and models: old types and such as JJF 2184-2025 asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.domain.scale_types import TypeGeneration

EAST_SEA: Final = "东海衡器有限公司"
FLOWER: Final = "华兴衡器股份公司"
TAIHU: Final = "太湖智能衡器有限公司"
LASTING: Final = "永胜电子秤厂"


@dataclass(frozen=True, slots=True)
class Plate:
    """A model of the demo, as its plate reads; masses in grams, the price in fen."""

    maker: str
    approval: str
    ranges: tuple[tuple[int, int, int], ...]
    price_fen: int
    serial: str
    software_id: str = ""
    profile: str = ""
    networked: bool = False
    generation: TypeGeneration = TypeGeneration.OLD

    @property
    def is_new(self) -> bool:
        """Whether it comes with three codes and a seal."""
        return self.generation is TypeGeneration.JJF2184


# fmt: off
TO_15: Final = ((100, 15_000, 5),)
TO_30: Final = ((200, 30_000, 10),)
TO_6: Final = ((40, 6_000, 2),)
NEW: Final = TypeGeneration.JJF2184
MODELS: Final[Mapping[str, Plate]] = MappingProxyType({
    "ACS-15D": Plate(EAST_SEA, "2021F118-32", TO_15, 42_000, "DH", "V1.0",
                     profile="demo-price-scale", networked=True),
    "ACS-30": Plate(LASTING, "2018F204-33", TO_30, 26_000, "YS"),
    "ACS-6": Plate(FLOWER, "2022F087-32", TO_6, 38_000, "HX"),
    "TCS-30S": Plate(FLOWER, "2022F093-32", (*TO_15, *TO_30), 56_000, "HX", "S2.4",
                     profile="stm32f103", networked=True),
    "TH-15W": Plate(TAIHU, "2023F041-32", TO_15, 52_000, "TH", "W3.1", networked=True),
    "ACS-30J": Plate(EAST_SEA, "2026F0117-32", TO_30, 62_800, "DH", "J1.0", generation=NEW),
    "ACS-15J": Plate(EAST_SEA, "2026F0118-32", TO_15, 59_800, "DH", "J1.0", generation=NEW),
    "ACS-6J": Plate(EAST_SEA, "2026F0119-32", TO_6, 68_000, "DH", "J1.0", generation=NEW),
    "TH-15N": Plate(TAIHU, "2026F0203-32", TO_15, 79_800, "TH", "N1.2", networked=True,
                    generation=NEW),
})
# fmt: on
