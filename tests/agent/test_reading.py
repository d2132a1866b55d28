"""A reading: two passes compared by page, and a verdict for everything that goes wrong."""

from collections import Counter
from pathlib import Path

import pytest

from scale_agent import firmware
from scale_agent.firmware import READERS
from scale_agent.passes import Votes
from scale_agent.reading import Progress, ReadOptions, read_over, read_scale
from scale_agent.simulator.an3155 import An3155Device
from scale_agent.simulator.base import Device
from scale_agent.simulator.stk500v1 import Stk500v1Device
from tests.agent.bench import FlippingLine, TablePort, dice, read_table, table

IMAGE = dice(5).randbytes(4096)
PROTOCOLS = sorted(READERS)


def device_of(protocol: str) -> Device:
    """Return a small device that talks ``protocol``."""
    if protocol == "an3155":
        return An3155Device(IMAGE)
    return Stk500v1Device(IMAGE, flash_size=4096)


def outcome(port: TablePort, protocol: str, options: ReadOptions | None = None) -> tuple[str, str]:
    """Return verdict and reason of a reading of 4 KiB."""
    reading = read_table(port, protocol, options or ReadOptions(length=4096))
    if reading.verdict != "read":
        assert reading.parts == ()
    return reading.verdict, str(reading.facts.get("reason", ""))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_two_equal_passes_are_a_reading(protocol: str) -> None:
    """With the facts that the server judges by."""
    reading = read_table(table(device_of(protocol)), protocol, ReadOptions(length=4096))
    assert reading.verdict == "read"
    assert reading.parts[0].data == IMAGE
    assert (reading.passes, reading.passes_equal) == (2, True)
    assert reading.facts["passes_equal"] == 1
    assert reading.facts["control_lines"] == "driven"
    assert reading.facts["bytes"] == 4096


@pytest.mark.parametrize(("protocol", "wire_limit_s"), [("an3155", 13.1022), ("stk500v1", 12.533)])
def test_the_wire_limit_is_what_the_wire_needs(protocol: str, wire_limit_s: float) -> None:
    """Passes x blocks x bytes on the wire x bits / baud, for 64 KiB twice."""
    image = bytes(64 << 10)
    device: Device = An3155Device(image)
    if protocol == "stk500v1":
        device = Stk500v1Device(image, flash_size=len(image), signature=b"\x1e\x96\x09")
    reading = read_table(table(device), protocol)
    assert reading.wire_limit_s == pytest.approx(wire_limit_s, abs=0.001)


def test_one_pass_compares_nothing() -> None:
    """It is read, and not said to be equal to anything."""
    reading = read_table(table(device_of("an3155")), "an3155", ReadOptions(passes=1))
    assert (reading.verdict, reading.passes, reading.passes_equal) == ("read", 1, False)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_port_without_lines_is_noted_and_read(protocol: str) -> None:
    """Nothing was driven, whatever was asked for."""
    port = table(device_of(protocol), transport="pty")
    reading = read_table(port, protocol, ReadOptions(length=4096, entry="dtr-rts"))
    assert reading.verdict == "read"
    assert reading.facts["control_lines"] == "absent"
    assert (reading.facts["entry"], reading.facts["entry_asked"]) == ("none", "dtr-rts")
    assert (reading.facts["strap"], reading.facts["reset"]) == ("none", "none")


@pytest.mark.parametrize("entry", ["none", "manual"])
def test_what_was_not_driven_is_not_claimed(entry: str) -> None:
    """The lines are there and stay as they are."""
    reading = read_table(table(device_of("an3155")), "an3155", ReadOptions(entry=entry))
    assert reading.facts["control_lines"] == "not_driven"
    assert (reading.facts["entry"], reading.facts["strap"]) == (entry, "none")


@pytest.mark.parametrize(("pressed_after_s", "verdict"), [(12.0, "read"), (60.0, "malformed")])
def test_a_reset_by_hand_is_waited_for(pressed_after_s: float, verdict: str) -> None:
    """Half a minute; until then the application may say what it likes."""
    device = An3155Device(IMAGE, strap=False)
    port = table(device)
    pressed_at = port.clock.now() + pressed_after_s

    def press(data: bytes) -> bytes:
        nonlocal pressed_at
        if port.clock.now() >= pressed_at:
            pressed_at = float("inf")
            device.lines(dtr=True, rts=False, at=0.0)
            device.lines(dtr=False, rts=False, at=0.0)
        return data

    port.to_device = press
    reading = read_table(port, "an3155", ReadOptions(entry="manual"))
    assert reading.verdict == verdict


class Damage:
    """Flips a bit of the byte at ``position`` of the ``number``-th answer that is long."""

    def __init__(self, hits: dict[int, int]) -> None:
        self.hits = hits
        self.number = 0

    def __call__(self, data: bytes) -> bytes:
        """Pass ``data``, damaged if it is its turn."""
        self.number += len(data) > 100
        at = self.hits.pop(self.number, None) if len(data) > 100 else None
        if at is None:
            return data
        return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_a_third_pass_reads_only_the_page_that_differs() -> None:
    """One flipped bit in one of two passes over 16 KiB."""
    image = dice(6).randbytes(16 << 10)
    port = table(An3155Device(image), to_host=Damage({20: 77}))
    reading = read_table(port, "an3155", ReadOptions(length=len(image)))
    assert reading.verdict == "read"
    assert reading.parts[0].data == image
    assert reading.passes == 3
    assert port.sent.count(b"\x11\xee") == 2 * 64 + 4


def test_passes_that_differ_after_the_third_are_inconsistent() -> None:
    """The same byte reads differently each time: there is no image."""
    port = table(An3155Device(bytes(16 << 10)), to_host=Damage({1: 50, 128: 60, 129: 70}))
    assert outcome(port, "an3155", ReadOptions(length=16 << 10)) == (
        "inconsistent",
        "passes_differ",
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("after", range(300))
def test_unplugged_at_any_byte_is_unplugged(protocol: str, after: int) -> None:
    """The first three hundred bytes, each; nothing of it counts."""
    port = table(device_of(protocol), unplug_after=after)
    assert outcome(port, protocol) == ("no_answer", "unplugged")


class Silent:
    """A line that carries nothing after ``left`` bytes."""

    def __init__(self, left: int = 0) -> None:
        self.left = left

    def __call__(self, data: bytes) -> bytes:
        """Pass what is left to pass."""
        passed = data[: self.left]
        self.left -= len(passed)
        return passed


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_silence(protocol: str) -> None:
    """No byte at all."""
    assert outcome(table(device_of(protocol), to_host=Silent()), protocol) == (
        "no_answer",
        "silent",
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("left", [200, 3000, 6000])
def test_to_fall_silent_is_something_else(protocol: str, left: int) -> None:
    """It did answer before."""
    verdict, reason = outcome(table(device_of(protocol), to_host=Silent(left)), protocol)
    assert (verdict, reason) in {
        ("no_answer", "stopped_answering"),
        ("malformed", "answers_break_off"),
    }


@pytest.mark.parametrize(
    ("device", "protocol", "reasons"),
    [
        (device_of("stk500v1"), "an3155", {"wrong_baud_or_parity", "application_answers"}),
        (device_of("an3155"), "stk500v1", {"silent", "wrong_protocol", "wrong_baud_or_parity"}),
        (An3155Device(IMAGE, strap=True, application=b""), "stk500v1", {"silent"}),
    ],
)
def test_a_wrong_protocol_is_never_a_reading(
    device: Device, protocol: str, reasons: set[str]
) -> None:
    """Nor does it harm the device."""
    verdict, reason = outcome(table(device), protocol)
    assert verdict in {"malformed", "no_answer"}
    assert reason in reasons
    assert device.destroyed == []


def test_a_device_in_step_with_another_protocol_is_named() -> None:
    """NACK is a word of AN3155."""
    device = An3155Device(IMAGE)
    device.receive(b"\x7f", 0.0)
    assert outcome(table(device, transport="pty"), "stk500v1") == ("malformed", "wrong_protocol")


def test_a_wrong_baud_rate_is_not_understood() -> None:
    """The bootloader of an AVR has one speed."""
    port = table(device_of("stk500v1"))
    assert outcome(port, "stk500v1", ReadOptions(baud=57600, length=4096))[0] in {
        "malformed",
        "no_answer",
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wrong_parity_is_not_understood(protocol: str) -> None:
    """The device is set otherwise than its protocol says."""
    device = device_of(protocol)
    reader = READERS[protocol]()
    device.settings({"E": "N", "N": "E"}[reader.parity], 115200)
    port = table(device)
    reading = read_over(port, reader, options=ReadOptions(length=4096), clock=port.clock)
    assert reading.facts["reason"] == "wrong_baud_or_parity"
    assert reading.verdict == "malformed"


def test_answers_that_break_off_are_told_from_noise() -> None:
    """A half-dead device."""

    def half(data: bytes) -> bytes:
        return data[: -(-len(data) // 2)]

    for protocol in PROTOCOLS:
        assert outcome(table(device_of(protocol), to_host=half), protocol) == (
            "malformed",
            "answers_break_off",
        )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_noise_never_makes_a_wrong_image(protocol: str) -> None:
    """A hundred sessions at each of four rates: what is read is right, or not read."""
    verdicts: Counter[str] = Counter()
    for number in range(400):
        line = FlippingLine(dice(number), (0.00003, 0.0003, 0.002, 0.01)[number % 4])
        port = table(device_of(protocol), to_host=line)
        reading = read_table(port, protocol, ReadOptions(length=4096))
        verdicts[reading.verdict] += 1
        if reading.verdict == "read":
            assert reading.parts[0].data == IMAGE, f"session {number}"
        else:
            assert reading.parts == ()
    assert verdicts["read"] > 100
    assert verdicts["inconsistent"] > 15


def test_pure_noise_is_malformed() -> None:
    """A line that says anything at all times."""
    for number in range(50):
        line = FlippingLine(dice(number), 0.9)
        verdict, _ = outcome(table(device_of("an3155"), to_host=line), "an3155")
        assert verdict in {"malformed", "no_answer"}


def test_a_reading_can_be_called_off() -> None:
    """It ends as such, and without an image."""
    port = table(device_of("an3155"))
    reading = read_over(
        port,
        READERS["an3155"](),
        options=ReadOptions(),
        clock=port.clock,
        stop=lambda: len(port.sent) > 30,
    )
    assert (reading.verdict, reading.facts["reason"]) == ("no_answer", "cancelled")


def test_progress_goes_through_both_passes_to_the_end() -> None:
    """Bytes, passes and the time that is left."""
    told: list[Progress] = []
    port = table(device_of("an3155"))
    read_over(
        port,
        READERS["an3155"](),
        options=ReadOptions(),
        clock=port.clock,
        on_progress=told.append,
    )
    assert [progress.pass_ for progress in told] == sorted(progress.pass_ for progress in told)
    assert {progress.passes for progress in told} == {2}
    last = told[-1]
    assert (last.pass_, last.bytes, last.total, last.remaining_s) == (2, 4096, 4096, 0)


def test_a_missing_port_is_a_verdict() -> None:
    """Not an exception."""
    reading = read_scale("/dev/there-is-no-such-port", "an3155", options=ReadOptions())
    assert (reading.verdict, reading.facts["reason"]) == ("no_answer", "port_missing")


def test_noisy_passes_have_to_bring_three_equal_copies() -> None:
    """Two copies may be wrong alike when many pages are wrong."""
    right, wrong = b"r" * 1024, [bytes([number]) * 1024 for number in range(8)]
    votes = Votes(4 * 1024, 2)
    for copies in (wrong[:4], wrong[4:]):
        for page, copy in enumerate(copies):
            votes.add(page, copy)
        votes.end_pass(failed_requests=0)
    for _ in range(2):
        pages = votes.next_pages()
        assert pages == [0, 1, 2, 3]
        for page in pages:
            votes.add(page, right)
        votes.end_pass(failed_requests=0)
    assert votes.next_pages() == []
    assert votes.undecided() == [0, 1, 2, 3]


def test_every_reader_is_in_the_table() -> None:
    """A module of ``firmware`` that nobody can choose would be dead."""
    folder = Path(firmware.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "base"}
    assert modules == set(READERS)
