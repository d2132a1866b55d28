"""AVR chips by signature, with the size of their flash.

Source: the data sheets' "Signature Bytes" and "Memory Programming" sections.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

KIB: Final = 1024

# fmt: off
CHIPS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType({
    "1e9307": ("ATmega8", 8 * KIB),
    "1e930a": ("ATmega88", 8 * KIB),
    "1e930f": ("ATmega88P", 8 * KIB),
    "1e9403": ("ATmega16", 16 * KIB),
    "1e9406": ("ATmega168", 16 * KIB),
    "1e940b": ("ATmega168P", 16 * KIB),
    "1e9489": ("ATmega16U2", 16 * KIB),
    "1e9502": ("ATmega32", 32 * KIB),
    "1e950f": ("ATmega328P", 32 * KIB),
    "1e9514": ("ATmega328", 32 * KIB),
    "1e9516": ("ATmega328PB", 32 * KIB),
    "1e9602": ("ATmega64", 64 * KIB),
    "1e9609": ("ATmega644", 64 * KIB),
    "1e960a": ("ATmega644P", 64 * KIB),
    "1e9702": ("ATmega128", 128 * KIB),
    "1e9703": ("ATmega1280", 128 * KIB),
    "1e9705": ("ATmega1284P", 128 * KIB),
})
# fmt: on
