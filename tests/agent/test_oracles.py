"""Other people's tools read our virtual devices and get the agent's bytes.

stm32flash and avrdude on pseudo-terminals, stm32loader over RFC 2217, where it drives reset and
the BOOT0 strap. A pseudo-terminal has no parity: stm32flash insists on it and is told 8N1.
"""

import random
import sys
from pathlib import Path

import pytest

from scale_agent.reading import ReadOptions, read_scale
from tests.agent.avr import workshop
from tests.agent.avr.workshop import IMAGES, command
from tests.agent.virtual import on_pty, on_rfc2217

LENGTH = 8 * 1024
TRIES = 5  # the others' programs have little patience with a busy machine
# stm32loader opens ports with serial.Serial alone; this lets it take any pyserial URL.
STM32LOADER = (
    "import serial, sys\n"
    "serial.Serial = lambda port, **more: serial.serial_for_url(port, **more)\n"
    "from stm32loader.main import main\n"
    "main(*sys.argv[1:])\n"
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image in which every byte value stands, at no regular place."""
    path = tmp_path / "image.bin"
    path.write_bytes(random.Random(1).randbytes(LENGTH))  # noqa: S311 -- any bytes will do
    return path


def agents_bytes(url: str, protocol: str, **options: int | str) -> bytes:
    """Return what the agent reads at ``url``."""
    reading = read_scale(url, protocol, options=ReadOptions(passes=1, **options))  # type: ignore[arg-type] # two kinds of value
    assert reading.verdict == "read"
    return reading.parts[0].data


def test_stm32flash_reads_what_the_agent_reads(tmp_path: Path, image: Path) -> None:
    """From the AN3155 device on a pseudo-terminal."""
    out = tmp_path / "out.bin"
    with on_pty(tmp_path, "--device", "an3155", "--image", image) as link:
        span = f"0x08000000:{LENGTH}"
        command("stm32flash", "-m", "8n1", "-b", "115200", "-r", out, "-S", span, link)
        assert agents_bytes(str(link), "an3155") == out.read_bytes() == image.read_bytes()


def test_stm32flash_is_refused_where_the_agent_is(tmp_path: Path, image: Path) -> None:
    """The control: with protection on neither gets a byte."""
    out = tmp_path / "out.bin"
    words = ("--device", "an3155", "--image", image, "--fault", "rdp")
    with on_pty(tmp_path, *words) as link:
        with pytest.raises(AssertionError, match="stm32flash failed"):
            command("stm32flash", "-m", "8n1", "-r", out, "-S", f"0x08000000:{LENGTH}", link)
        reading = read_scale(str(link), "an3155", options=ReadOptions())
    assert reading.verdict == "unreadable"
    assert reading.parts == ()


def test_stm32loader_reads_what_the_agent_reads(tmp_path: Path, image: Path) -> None:
    """Over RFC 2217 both reset the device into its boot ROM by DTR and RTS, at 8E1."""
    out = tmp_path / "out.bin"
    with on_rfc2217("--device", "an3155", "--image", image) as url:
        where = ("-a", "0x08000000", "-l", str(LENGTH), "-f", "F1", out)
        command(
            sys.executable, "-W", "ignore", "-c", STM32LOADER, "-p", url, "-r", *where, tries=TRIES
        )
        assert agents_bytes(url, "an3155") == out.read_bytes() == image.read_bytes()


def test_avrdude_reads_what_the_agent_reads(tmp_path: Path) -> None:
    """From the STK500v1 device on a pseudo-terminal; the whole 32 KiB."""
    out = tmp_path / "out.bin"
    with on_pty(tmp_path, "--device", "demo-cheating") as link:
        port = ("-p", "atmega328p", "-c", "arduino", "-P", link, "-b", "115200")
        command("avrdude", "-qq", *port, "-U", f"flash:r:{out}:r", tries=TRIES)
        read = agents_bytes(str(link), "stk500v1")
    assert read == out.read_bytes()
    assert b"WUTONG DEMO ACS-15 SW 1.0" in read


def test_the_virtual_scale_and_the_image_are_one(tmp_path: Path) -> None:
    """The demo's honest scale runs the HEX file that the custodians approve."""
    out = tmp_path / "again.hex"
    with on_pty(tmp_path, "--device", "demo-honest") as link:
        (tmp_path / "read.bin").write_bytes(agents_bytes(str(link), "stk500v1", length=0x800))
    command("avr-objcopy", "-I", "binary", "-O", "ihex", tmp_path / "read.bin", out)
    lines = (IMAGES / "price-scale-1.0.hex").read_text().splitlines()
    assert lines[:90] == out.read_text().splitlines()[:90]


def test_the_agent_reads_one_pseudo_terminal_again_and_again(tmp_path: Path) -> None:
    """The line's settings outlive each reading; that must not turn into an error."""
    with workshop.running(tmp_path / "line", workshop.optiboot(), boot=0x7E00) as link:
        for _ in range(3):
            assert len(agents_bytes(str(link), "stk500v1", length=256)) == 256
    with on_pty(tmp_path, "--device", "an3155") as link:
        for _ in range(3):
            assert len(agents_bytes(str(link), "an3155", length=256)) == 256
