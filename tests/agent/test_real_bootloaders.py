"""The agent reads what avrdude reads, from Debian's real bootloaders on an emulated ATmega328P.

Both demo images are flashed by avrdude through either bootloader, then read by avrdude and by the
agent. The four chips run side by side; the readings, not the tests, are what takes the time.
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scale_agent.simulator.catalogue import ATMEGA328P
from scale_agent.simulator.image_file import ERASED, load
from tests.agent.avr import workshop

HONEST, CHEAT = "price-scale-1.0", "price-scale-1.0-cheat"


@dataclass(frozen=True)
class Bootloader:
    """One of Debian's, where it starts and how fast it talks."""

    name: str
    start: int
    baud: int

    @property
    def image(self) -> Path:
        """Its Intel HEX file."""
        return workshop.ATMEGABOOT if self.name == "atmegaboot" else workshop.optiboot()


ATMEGABOOT = Bootloader("atmegaboot", 0x7800, 57600)
OPTIBOOT = Bootloader("optiboot", 0x7E00, 115200)
CASES = [(loader, name) for loader in (ATMEGABOOT, OPTIBOOT) for name in (HONEST, CHEAT)]


@dataclass(frozen=True)
class ReadOut:
    """What avrdude and the agent read from one chip, and what the agent said about it."""

    by_avrdude: bytes
    by_agent: bytes
    said: dict[str, Any]


def read_out(loader: Bootloader, name: str, directory: Path) -> ReadOut:
    """Flash ``name`` through ``loader`` with avrdude, then read it back in two ways."""
    directory.mkdir()
    avrdude, agent = directory / "avrdude.bin", directory / "agent.bin"
    with workshop.running(directory / "line", loader.image, boot=loader.start) as link:
        port = ("-p", "atmega328p", "-c", "arduino", "-P", link, "-b", str(loader.baud))
        image = workshop.IMAGES / f"{name}.hex"
        workshop.command("avrdude", "-qq", *port, "-D", "-U", f"flash:w:{image}:i")
        workshop.command("avrdude", "-qq", *port, "-U", f"flash:r:{avrdude}:r")
        said = workshop.command(
            *(sys.executable, "-m", "scale_agent", "read", "--port", link, "--json"),
            *("--protocol", "stk500v1", "--baud", str(loader.baud), "--out", agent),
        )
    return ReadOut(avrdude.read_bytes(), agent.read_bytes(), json.loads(said))


@pytest.fixture(scope="module")
def read_outs(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[tuple[Bootloader, str], ReadOut]]:
    """Read all four chips at once."""
    directory = tmp_path_factory.mktemp("chips")
    workshop.runner()
    workshop.optiboot()
    with ThreadPoolExecutor() as pool:
        futures = {
            (loader, name): pool.submit(read_out, loader, name, directory / f"{loader.name}-{name}")
            for loader, name in CASES
        }
        yield {case: future.result() for case, future in futures.items()}


@pytest.mark.parametrize(("loader", "name"), CASES)
def test_the_agent_reads_what_avrdude_reads(
    read_outs: dict[tuple[Bootloader, str], ReadOut], loader: Bootloader, name: str
) -> None:
    """Byte for byte, all 32 KiB, in two equal passes."""
    found = read_outs[loader, name]
    assert len(found.by_avrdude) == 32 * 1024
    assert found.by_agent == found.by_avrdude
    assert found.said["verdict"] == "read"
    assert found.said["passes_equal"] is True
    assert found.said["facts"]["control_lines"] == "absent"


@pytest.mark.parametrize(("loader", "name"), CASES)
def test_what_is_read_is_what_was_flashed_and_the_bootloader(
    read_outs: dict[tuple[Bootloader, str], ReadOut], loader: Bootloader, name: str
) -> None:
    """The application below the boot section, the loader itself in it."""
    read = read_outs[loader, name].by_agent
    assert read[: loader.start] == load(workshop.IMAGES / f"{name}.hex", ATMEGA328P)[: loader.start]
    resident = load(loader.image, ATMEGA328P)[loader.start :]
    assert read[loader.start :] == resident
    assert set(resident) != {ERASED}


@pytest.mark.parametrize("loader", [ATMEGABOOT, OPTIBOOT])
def test_the_cheat_is_seen_through_either_bootloader(
    read_outs: dict[tuple[Bootloader, str], ReadOut], loader: Bootloader
) -> None:
    """The two read-outs differ in program code, not in the calibration."""
    honest, cheat = (read_outs[loader, name].by_agent for name in (HONEST, CHEAT))
    assert honest[:0x7000] != cheat[:0x7000]
    assert honest[0x7000:] == cheat[0x7000:]


def test_the_emulated_chip_is_no_mirror_of_the_simulator(
    read_outs: dict[tuple[Bootloader, str], ReadOut],
) -> None:
    """Real bootloaders name themselves: ATmegaBOOT 1.16, optiboot 4.4."""
    versions = {
        loader.name: read_outs[loader, HONEST].said["device"]["bootloader"]
        for loader in (ATMEGABOOT, OPTIBOOT)
    }
    assert versions == {"atmegaboot": "1.16", "optiboot": "4.4"}
