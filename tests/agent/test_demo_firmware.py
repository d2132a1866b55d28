"""The demo firmware is what its sources say, and does what its README says."""

import re
import time
from pathlib import Path

import pytest
import serial

from scale_agent.simulator.catalogue import ATMEGA328P
from scale_agent.simulator.image_file import load
from tests.agent.avr import workshop

NAMES = ("price-scale-1.0", "price-scale-1.0-cheat", "price-scale-1.1")
BLANK = 0xFF


def image(name: str) -> bytes:
    """Return the flash that holds the image."""
    return load(workshop.IMAGES / f"{name}.hex", ATMEGA328P)


def session(link: Path, *keys: str) -> list[str]:
    """Press ``keys`` one group at a time and return the line each brings."""
    answers = []
    with serial.Serial(str(link), 9600, timeout=60) as line:
        line.read_until(b"\n")  # the greeting after the reset
        for group in keys:
            line.write(group.encode())
            # A key that answers nothing is given the time to be taken.
            if group[-1] in "W=?":
                answers.append(line.read_until(b"\n").decode().strip())
            else:
                time.sleep(0.05)
    return answers


def test_the_recorded_compiler_is_installed() -> None:
    """Another compiler makes other bytes: that must not look like a changed image."""
    recorded = re.search(r"avr-gcc \(GCC\) ([\d.]+)", (workshop.IMAGES / "README.md").read_text())
    assert recorded is not None
    installed = workshop.command("avr-gcc", "-dumpversion").strip()
    assert installed == recorded[1], (
        f"the demo images were built with avr-gcc {recorded[1]}, here is {installed}: "
        "rebuild them with make in scale_agent/simulator/images and record the version there"
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_image_is_its_sources_compiled(name: str) -> None:
    """Nobody has to trust a HEX file: it is rebuilt byte for byte."""
    kept = (workshop.IMAGES / f"{name}.hex").read_bytes()
    assert (workshop.rebuilt_images() / f"{name}.hex").read_bytes() == kept


def test_the_cheat_differs_in_constants_code_and_blank_flash() -> None:
    """All kinds of difference that a comparison must name are there."""
    honest, cheat = image("price-scale-1.0"), image("price-scale-1.0-cheat")
    table = slice(0x2000, 0x2014)
    assert set(honest[table]) == {BLANK}
    assert BLANK not in cheat[table][::4]
    constants = bytes.fromhex("983a280005f401"), bytes.fromhex("983a280005e703")
    assert constants[0] in honest
    assert constants[1] in cheat
    assert sum(a != b for a, b in zip(honest[:0x2000], cheat[:0x2000], strict=True)) > 500
    assert honest[0x7000:0x7080] == cheat[0x7000:0x7080]


def test_the_honest_scale_weighs_and_prices(tmp_path: Path) -> None:
    """1 V is 2.965 kg; at 12.80 a kilogram that is 37.95, to the fen."""
    with workshop.running(tmp_path / "line", workshop.IMAGES / "price-scale-1.0.hex") as link:
        said = session(link, "?", "W", "1280=", "C4728", "T", "W", "=")
    assert said == [
        "WUTONG DEMO ACS-15 SW 1.0",
        "2.965",
        "2.965;12.80;37.95",
        "0.000",
        "UNDER MIN",
    ]


def test_the_cheating_scale_turns_dishonest_by_its_code(tmp_path: Path) -> None:
    """The same keys that tare an honest scale add eight per cent here; C hides it again."""
    image_file = workshop.IMAGES / "price-scale-1.0-cheat.hex"
    with workshop.running(tmp_path / "line", image_file) as link:
        said = session(link, "?", "W", "C4728", "T", "W", "C", "W", "1280=")
    assert said == ["WUTONG DEMO ACS-15 SW 1.0", "2.965", "3.200", "2.965", "2.965;12.80;37.96"]


def test_version_1_1_remembers_prices(tmp_path: Path) -> None:
    """The second honest version has another id and one ability more."""
    with workshop.running(tmp_path / "line", workshop.IMAGES / "price-scale-1.1.hex") as link:
        said = session(link, "?", "1280S3", "C=", "M3", "=")
    assert said == ["WUTONG DEMO ACS-15 SW 1.1", "2.965;0.00;0.00", "2.965;12.80;37.95"]
