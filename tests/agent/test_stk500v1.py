"""STK500v1: both bootloaders, silence after an error, what their signature is worth."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_agent.firmware.stk500v1 import READ_BLOCK, WATCHDOG_SURELY_S, Stk500v1, load_address
from scale_agent.reading import ReadOptions
from scale_agent.simulator.stk500v1 import Stk500v1Device
from tests.agent.bench import TablePort, dice, read_table, table

IMAGE = dice(3).randbytes(32 << 10)
FLAVOURS = ["optiboot", "atmegaboot"]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("transport", ["tty", "pty"])
def test_the_whole_flash_is_read(flavour: str, transport: str) -> None:
    """As large as the signature says; fuses, lock and EEPROM are not available this way."""
    device = Stk500v1Device(IMAGE, flavour=flavour)
    reading = read_table(table(device, transport=transport), "stk500v1")
    assert reading.verdict == "read"
    assert reading.parts[0].data == IMAGE
    assert reading.device["signature"] == "1e950f"
    assert reading.device["eeprom"] == reading.device["fuses"] == "not_available"


@given(st.integers(0, 0xFFFF))
def test_an_address_counts_words_little_endian(word: int) -> None:
    """AVR061: 55, low, high, 20."""
    assert load_address(2 * word) == bytes([0x55, word % 256, word // 256, 0x20])
    assert Stk500v1.permits(load_address(2 * word))


@given(st.binary(min_size=5, max_size=5).filter(lambda frame: frame != READ_BLOCK))
def test_only_one_form_of_read_page_passes(frame: bytes) -> None:
    """128 bytes of flash."""
    assert not Stk500v1.permits(b"\x74" + frame[1:]) or b"\x74" + frame[1:] == READ_BLOCK


def test_an_unknown_signature_needs_a_length() -> None:
    """Nothing is guessed, and with a length it is read."""
    strange = {"signature": b"\x1e\x00\x01", "flash_size": 4096}
    reading = read_table(table(Stk500v1Device(IMAGE[:4096], **strange)), "stk500v1")
    assert (reading.verdict, reading.facts["reason"]) == ("unreadable", "length_unknown")
    device = Stk500v1Device(IMAGE[:4096], **strange)
    reading = read_table(table(device), "stk500v1", ReadOptions(length=4000))
    assert reading.parts[0].data == IMAGE[:4000]


class LosesOne:
    """A line that loses the first byte of the ``number``-th read request."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, data: bytes) -> bytes:
        """Pass ``data``, or all but its first byte."""
        self.left -= data[:1] == b"\x74"
        if self.left == 0 and data[:1] == b"\x74":
            return data[1:]
        return data


def requests_after_loss(port: TablePort) -> list[bytes]:
    """Return what was sent from the fifth read request on."""
    reads = [number for number, frame in enumerate(port.sent) if frame == READ_BLOCK]
    return port.sent[reads[4] + 1 :]


def test_after_a_time_out_a_reset_comes_first() -> None:
    """Over the control lines; then the block is read again."""
    device = Stk500v1Device(IMAGE)
    port = table(device, to_device=LosesOne(5))
    reading = read_table(port, "stk500v1")
    assert reading.parts[0].data == IMAGE
    assert reading.facts["resyncs"] == 1
    assert requests_after_loss(port)[0] == b"\x30\x20"


def test_without_control_lines_the_bootloader_must_have_given_up_first() -> None:
    """Not a byte until its watchdog has surely fired; then the reading is over."""
    port = table(Stk500v1Device(IMAGE), transport="pty", to_device=LosesOne(5))
    spoken_at: list[float] = []
    write = port.write

    def noted(data: bytes) -> None:
        spoken_at.append(port.clock.now())
        write(data)

    port.write = noted  # type: ignore[method-assign]  # the port of this test keeps the times
    reading = read_table(port, "stk500v1")
    assert (reading.verdict, reading.facts["reason"]) == ("no_answer", "stopped_answering")
    pauses = [later - sooner for sooner, later in pairwise(spoken_at)]
    assert max(pauses) > WATCHDOG_SURELY_S


def test_a_bootloader_that_erases_early_is_left_alone_at_the_first_error() -> None:
    """Optiboot 4.4: one flipped bit of a read request erases a page."""
    port = table(Stk500v1Device(IMAGE, erases_early=True), to_device=LosesOne(5))
    reading = read_table(port, "stk500v1")
    assert (reading.verdict, reading.facts["reason"]) == ("malformed", "line_errors_dangerous")
    assert requests_after_loss(port) == []


def test_over_a_good_line_it_is_read() -> None:
    """Which is found out before, with requests that do no harm."""
    reading = read_table(table(Stk500v1Device(IMAGE, erases_early=True)), "stk500v1")
    assert reading.parts[0].data == IMAGE
    assert reading.device["erases_early"] == 1


def test_the_application_runs_again_afterwards() -> None:
    """Leave was said."""
    device = Stk500v1Device(IMAGE)
    port = table(device, transport="pty")
    read_table(port, "stk500v1")
    assert device.receive(b"?", port.clock.now()).startswith(b"ST")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_device_model_does_program(flavour: str) -> None:
    """Else the test of the lying line would prove nothing."""
    device = Stk500v1Device(IMAGE, flavour=flavour)
    answer = device.receive(bytes.fromhex("55000020 64000446 deadbeef 20"), 0.0)
    assert answer == bytes.fromhex("14101410")
    assert device.flash[:4] == bytes.fromhex("deadbeef")
    assert device.destroyed == ["write 00000"]


def test_the_watchdog_of_the_device_model_starts_the_application() -> None:
    """One second after the last byte."""
    device = Stk500v1Device(IMAGE)
    assert device.receive(b"\x30\x20", 10.0) == b"\x14\x10"
    assert device.receive(b"\x30\x20", 12.0).startswith(b"ST")
