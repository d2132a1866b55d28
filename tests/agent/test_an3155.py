"""AN3155: frames that are harmless at any offset, lengths, protection, the chip behind it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_agent.firmware.an3155 import WHOLE_BLOCK, An3155, address_frame, pair
from scale_agent.reading import ReadOptions
from scale_agent.simulator.an3155 import An3155Device
from tests.agent.bench import dice, read_table, table

DANGEROUS = frozenset(bytes.fromhex("2131434463738292"))
KIB = 1024


def test_no_offset_of_any_request_is_a_dangerous_pair() -> None:
    """A device that lost bytes reads no destructive command, wherever it starts: all of 2 MiB."""
    for page in range(8192):
        address = address_frame(0x08000000 + 256 * page)
        said = pair(0x11) + address + WHOLE_BLOCK + b"\xff\xff" + pair(0x11)
        found = {first for first, second in pairwise(said) if first ^ second == 0xFF}
        assert not found & DANGEROUS, address.hex()


def test_a_request_for_68_bytes_does_hold_one() -> None:
    """The control."""
    said = pair(0x11) + address_frame(0x08000000) + bytes([67, 188])
    assert {first for first, second in pairwise(said) if first ^ second == 0xFF} & DANGEROUS


@given(st.integers(0, 0xFFFFFFFF))
def test_only_aligned_addresses_pass(address: int) -> None:
    """An address with a low byte is refused."""
    assert An3155.permits(address_frame(address)) is (address % 256 == 0)


@given(st.integers(0, 255).filter(lambda count: count != 0xFF))
def test_only_the_whole_block_is_asked_for(count: int) -> None:
    """A count is FF 00 or, as a pair, a harmless command."""
    frame = bytes([count, count ^ 0xFF])
    assert An3155.permits(frame) is (count in {0x00, 0x01, 0x02, 0x11})


@pytest.mark.parametrize("kib", [1, 4, 16, 20, 64, 96, 128])
@pytest.mark.parametrize("states_size", [True, False])
def test_the_whole_flash_is_found(kib: int, *, states_size: bool) -> None:
    """By the size register, or by the first address that is refused."""
    image = dice(kib).randbytes(kib * KIB)
    device = An3155Device(image)
    if not states_size:
        device.chip.information = b""
    reading = read_table(table(device), "an3155")
    assert reading.verdict == "read"
    assert reading.parts[0].data == image
    assert reading.parts[0].address == 0x08000000


def test_an_unknown_chip_is_measured() -> None:
    """Its flash ends where addresses are refused, which is not read protection."""
    reading = read_table(table(An3155Device(b"\x11" * 48 * KIB, chip_id=0x7EE)), "an3155")
    assert reading.verdict == "read"
    assert len(reading.parts[0].data) == 48 * KIB
    assert reading.device["chip"] == "unknown"


@pytest.mark.parametrize("length", [None, 4096])
def test_read_protection_is_not_the_end_of_flash(length: int | None) -> None:
    """Read Memory is refused while Get answers."""
    device = An3155Device(bytes(4096), protected=True)
    reading = read_table(table(device), "an3155", ReadOptions(length=length))
    assert (reading.verdict, reading.facts["reason"]) == ("unreadable", "read_protected")
    assert reading.parts == ()
    assert device.destroyed == []


def test_a_length_beyond_the_end_is_not_filled_up() -> None:
    """An unread tail is not FF."""
    reading = read_table(table(An3155Device(bytes(4096))), "an3155", ReadOptions(length=8192))
    assert (reading.verdict, reading.facts["reason"]) == ("unreadable", "address_refused")
    assert reading.parts == ()


@pytest.mark.parametrize("length", [1, 255, 256, 257, 1025, 4095])
def test_a_tail_is_cut_out_of_the_last_block(length: int) -> None:
    """What goes over the wire are whole blocks all the same."""
    image = dice(1).randbytes(4096)
    port = table(An3155Device(image))
    reading = read_table(port, "an3155", ReadOptions(length=length))
    assert reading.parts[0].data == image[:length]
    assert {frame for frame in port.sent if frame[:1] == b"\xff" and len(frame) == 2} == {
        WHOLE_BLOCK
    }


def test_in_step_already_is_no_error() -> None:
    """NACK after 0x7F: somebody synchronised before."""
    device = An3155Device(bytes(1024))
    device.receive(b"\x7f", 0.0)
    assert read_table(table(device, transport="pty"), "an3155").verdict == "read"


@pytest.mark.parametrize("held", ["11", "11ee", "11ee0800", "11ee0800000008", "11ee0800000008ff"])
def test_a_device_left_in_the_middle_is_brought_back(held: str) -> None:
    """Whatever a session before us was about to say."""
    image = dice(2).randbytes(1024)
    device = An3155Device(image)
    device.receive(b"\x7f" + bytes.fromhex(held), 0.0)
    reading = read_table(table(device, transport="pty"), "an3155")
    assert reading.verdict == "read"
    assert reading.parts[0].data == image


def test_without_strap_the_application_answers() -> None:
    """No reset, no boot ROM; and that is what is said."""
    device = An3155Device(bytes(1024), strap=False)
    reading = read_table(table(device, transport="pty"), "an3155")
    assert (reading.verdict, reading.facts["reason"]) == ("malformed", "application_answers")


def test_strap_and_reset_lead_past_the_application() -> None:
    """Driven over the control lines, which the facts say."""
    reading = read_table(table(An3155Device(bytes(1024), strap=False)), "an3155")
    assert reading.verdict == "read"
    assert reading.facts["strap"] == reading.facts["reset"] == "driven"


def test_the_application_runs_again_afterwards() -> None:
    """A scale that was read goes on weighing."""
    device = An3155Device(bytes(1024), strap=False)
    read_table(table(device), "an3155")
    assert device.receive(b"?", 0.0).startswith(b"ST")


ORDERS = {
    "31ce" + "0800000008" + "03deadbeef" + "21": "write 08000000",
    "43bc" + "ff00": "global erase",
    "43bc" + "0000" + "00": "erase 1 pages",
    "738c": "write unprotect",
    "926d": "readout unprotect",
    "827d": "readout protect",
    "639c" + "0001" + "01": "write protect",
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_device_model_does_execute_destructive_commands(order: str) -> None:
    """Else the test of the lying line would prove nothing."""
    device = An3155Device(b"\x55" * 4096)
    answer = device.receive(b"\x7f" + bytes.fromhex(order), 0.0)
    assert set(answer) == {0x79}
    assert device.destroyed == [ORDERS[order]]


def test_extended_erase_of_the_device_model_erases() -> None:
    """The command of newer bootloaders."""
    device = An3155Device(b"\x55" * 4096, commands=bytes.fromhex("00010211213144"))
    device.receive(b"\x7f" + bytes.fromhex("44bbffff00"), 0.0)
    assert device.destroyed == ["mass erase"]
    assert bytes(device.flash) == b"\xff" * 4096


def test_go_starts_the_application() -> None:
    """21 DE and an address."""
    device = An3155Device(bytes(1024))
    device.receive(b"\x7f" + bytes.fromhex("21de0800000008"), 0.0)
    assert device.receive(b"?", 0.0).startswith(b"ST")


def test_get_checksum_is_that_of_the_crc_unit() -> None:
    """One word of zeros, Ethernet polynomial, all ones: C704DD7B (ST AN4187)."""
    device = An3155Device(bytes(1024), commands=bytes.fromhex("00010211a1"))
    frames = (0x08000000, 1, 0x04C11DB7, 0xFFFFFFFF)
    asked = b"\x7f" + pair(0xA1) + b"".join(map(address_frame, frames))
    assert device.receive(asked, 0.0) == b"\x79" * 6 + bytes.fromhex("c704dd7b") + b"\x65"


def test_three_passes_may_be_asked_for() -> None:
    """All of them are compared."""
    reading = read_table(table(An3155Device(bytes(4096))), "an3155", ReadOptions(passes=3))
    assert (reading.verdict, reading.passes, reading.passes_equal) == ("read", 3, True)
