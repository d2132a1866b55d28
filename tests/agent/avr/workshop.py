"""Builds the AVR runner, the demo images and optiboot once a session, outside the tree."""

import atexit
import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
IMAGES: Final = HERE.parents[2] / "scale_agent" / "simulator" / "images"
ARDUINO: Final = Path("/usr/share/arduino/hardware/arduino/avr/bootloaders")
ATMEGABOOT: Final = ARDUINO / "atmega" / "ATmegaBOOT_168_atmega328.hex"
READY_S: Final = 60.0  # however busy the machine is; nothing waits so long when all is well


@cache
def directory() -> Path:
    """Return this session's directory for what is built."""
    path = Path(tempfile.mkdtemp(prefix="wutong-avr-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def command(*words: str | Path, cwd: Path | None = None, tries: int = 1) -> str:
    """Run ``words`` and return what they print; a failure shows it.

    Args:
        tries: So often, for a program that loses a device which the machine kept waiting.
    """
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=5 * READY_S,
        text=True,
        check=False,
    )
    if done.returncode and tries > 1:
        return command(*words, cwd=cwd, tries=tries - 1)
    assert done.returncode == 0, f"{words[0]} failed:\n{done.stdout}"
    return done.stdout


@cache
def runner() -> Path:
    """Build the AVR runner."""
    program = directory() / "runner"
    libraries = ("-I/usr/include/simavr", "-lsimavr", "-lelf", "-lutil")
    command("gcc", "-O2", "-Wall", "-Wextra", "-o", program, HERE / "runner.c", *libraries)
    return program


@cache
def rebuilt_images() -> Path:
    """Build the demo images again from their sources."""
    out = directory() / "images"
    command("make", "-C", IMAGES, f"OUT={out}")
    return out


@cache
def optiboot() -> Path:
    """Build optiboot from Debian's source.

    Debian's own HEX of it is 534 bytes long and runs past the end of flash; without the start-up
    flashes of the LED it fits its 512 bytes.
    """
    elf, image = directory() / "optiboot.elf", directory() / "optiboot.hex"
    command(
        *("avr-gcc", "-Os", "-fno-inline-small-functions", "-fno-split-wide-types"),
        *("-mshort-calls", "-mmcu=atmega328p", "-DF_CPU=16000000L", "-DBAUD_RATE=115200"),
        *("-DLED_START_FLASHES=0", "-Wl,--section-start=.text=0x7e00", "-Wl,--relax"),
        *("-Wl,--section-start=.version=0x7ffe", "-Wl,--gc-sections", "-nostartfiles"),
        *("-nostdlib", "-o", elf, ARDUINO / "optiboot" / "optiboot.c"),
    )
    sections = ("-j", ".text", "-j", ".data", "-j", ".version")
    loaded = "--set-section-flags=.version=alloc,load"
    command("avr-objcopy", *sections, loaded, "-O", "ihex", elf, image)
    return image


@contextlib.contextmanager
def running(link: Path, *images: Path, boot: int = 0, millivolts: int = 1000) -> Iterator[Path]:
    """Run ``images`` on an ATmega328P whose serial line is ``link``.

    Args:
        link: Where the pseudo-terminal appears.
        images: Intel HEX files in its flash.
        boot: Where reset leads.
        millivolts: What stands at the load cell's input.
    """
    words = [runner(), link, f"{boot:x}", str(millivolts), *images]
    process = subprocess.Popen([str(word) for word in words])
    try:
        appeared(link, process)
        yield link
    finally:
        process.terminate()
        process.wait(READY_S)


def appeared(link: Path, process: "subprocess.Popen[bytes]") -> None:
    """Wait until ``process`` has made ``link``."""
    deadline = time.monotonic() + READY_S
    while not link.exists():
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{link} never appeared"
        time.sleep(0.01)
