"""The virtual scales there are, by the names that ``scale-agent simulate --device`` takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from scale_agent.simulator.an3155 import FLASH_BASE, An3155Device
from scale_agent.simulator.base import Device
from scale_agent.simulator.faults import FaultError, Faults
from scale_agent.simulator.image_file import ImageFile, Memory
from scale_agent.simulator.liar import LyingDevice
from scale_agent.simulator.scale import VirtualScale
from scale_agent.simulator.stk500v1 import Stk500v1Device

IMAGES: Final = Path(__file__).parent / "images"
ATMEGA328P: Final = Memory(0, 32 << 10, 32 << 10, 32 << 10)
STM32: Final = Memory(FLASH_BASE, 1 << 10, 64 << 10, 1 << 20)
BAUDRATE: Final = 115200


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of virtual scale."""

    name: str
    about: str
    memory: Memory
    image: str = "price-scale-1.0.hex"
    is_protected: bool = False


MODELS: Final[Mapping[str, Model]] = MappingProxyType(
    {
        model.name: model
        for model in (
            Model("an3155", "an STM32 with its boot ROM", STM32),
            Model("stk500v1", "an ATmega328P with a serial bootloader", ATMEGA328P),
            Model("demo-honest", "the demo price scale 1.0 (stk500v1)", ATMEGA328P),
            Model(
                "demo-cheating",
                "the same with a gain table behind a key code (stk500v1)",
                ATMEGA328P,
                image="price-scale-1.0-cheat.hex",
            ),
            Model("demo-protected", "read-protected (an3155)", STM32, is_protected=True),
        )
    }
)


def virtual_scale(
    name: str, image: Path | None, faults: Faults, *, has_control_lines: bool
) -> VirtualScale:
    """Switch a virtual scale on.

    Args:
        name: One of ``MODELS``.
        image: What it runs instead of its usual image; read anew at every reset.
        faults: What is wrong with it.
        has_control_lines: The host can strap and reset it; otherwise the strap is set for good.

    Raises:
        ImageError: An image cannot be read, is broken or does not fit.
        FaultError: The fault cannot befall this device.
    """
    model = MODELS[name]
    if faults.is_protected and model.memory is not STM32:
        raise FaultError(f"{name} has no read protection")
    faults = replace(faults, is_protected=faults.is_protected or model.is_protected)
    file = ImageFile(image or IMAGES / model.image, model.memory)
    copy = ImageFile(faults.liar, model.memory) if faults.liar else None
    build = _stm32 if model.memory is STM32 else _avr
    return VirtualScale(
        build(file, copy, faults, has_control_lines=has_control_lines), BAUDRATE, faults
    )


def _stm32(
    file: ImageFile, copy: ImageFile | None, faults: Faults, *, has_control_lines: bool
) -> Callable[[], Device]:
    def truth() -> Device:
        return An3155Device(
            file.latest(), protected=faults.is_protected, strap=not has_control_lines
        )

    def liar(copy: ImageFile) -> Device:
        return LyingDevice(An3155Device(copy.latest(), strap=True), truth())

    return truth if copy is None else lambda: liar(copy)


def _avr(
    file: ImageFile, copy: ImageFile | None, faults: Faults, *, has_control_lines: bool
) -> Callable[[], Device]:
    # The bootloader lies in flash and serves what it likes: nothing leads past a lying one.
    del faults, has_control_lines
    return lambda: Stk500v1Device((copy or file).latest())
