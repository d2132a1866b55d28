"""The line of a virtual scale: its pace, its lines, and everything that can be wrong with it."""

import os
import select
import time
from pathlib import Path

import pytest

from scale_agent.simulator import faults, host_pty
from scale_agent.simulator.faults import FaultError, Faults
from scale_agent.simulator.openings import Polled, Watched
from scale_agent.simulator.pacing import Incoming, Outgoing, byte_time_s
from scale_agent.simulator.scale import VirtualScale

BYTE_S = byte_time_s(115200, "E")
QUESTION = b"?"
FOREVER = 1e6


class Parrot:
    """Answers a question mark with a long word, and notes what it is told."""

    name, parity, answer = "parrot", "E", bytes(range(100))

    def __init__(self) -> None:
        self.destroyed: list[str] = []
        self.heard: list[tuple[int, float]] = []
        self.told: list[object] = []

    def settings(self, parity: str, baudrate: int) -> None:
        """Note the settings."""
        self.told.append((parity, baudrate))

    def lines(self, *, dtr: bool, rts: bool, at: float) -> None:
        """Note the lines."""
        self.told.append((dtr, rts, at))

    def receive(self, data: bytes, at: float) -> bytes:
        """Answer each question."""
        self.heard += [(byte, at) for byte in data]
        if b"!" in data:
            self.destroyed.append("everything")
        return self.answer * data.count(QUESTION)

    def poll(self, at: float) -> bytes:
        """Say nothing unasked."""
        del at
        return b""


class Cage:
    """Makes parrots and keeps them."""

    def __init__(self) -> None:
        self.parrots: list[Parrot] = []

    def __call__(self) -> Parrot:
        """Make one more."""
        self.parrots.append(Parrot())
        return self.parrots[-1]


def scale_with(*texts: str) -> tuple[VirtualScale, Cage]:
    """Return a virtual scale with these faults and what builds its devices."""
    cage = Cage()
    return VirtualScale(cage, 115200, faults.parse(texts)), cage


def test_a_byte_takes_its_bits() -> None:
    """Start, eight data bits, parity where there is one, stop."""
    assert byte_time_s(115200, "N") == 10 / 115200
    assert byte_time_s(115200, "E") == 11 / 115200


def test_incoming_bytes_queue_up_behind_each_other() -> None:
    """Two at once arrive one byte time apart; a later one is not early."""
    line = Incoming(1.0)
    assert [line.arrival(10.0), line.arrival(10.0), line.arrival(20.0)] == [11.0, 12.0, 21.0]


def test_outgoing_bytes_become_due_one_by_one_and_never_early() -> None:
    """The deadline of each is reckoned from the beginning, so that lateness does not add up."""
    line = Outgoing(1.0)
    line.say(b"abc", 10.0)
    line.say(b"d", 10.0)
    assert line.due(10.9) == b""
    assert line.due(11.0) == b"a"
    assert line.due(13.5) == b"bc"
    assert line.next_due(13.5) == (14.0, True)
    assert line.due(14.0) == b"d"
    assert line.next_due(14.0) is None


def test_the_control_without_pacing_is_a_thousand_times_too_fast() -> None:
    """What the pacing is for: at no byte time 64 KiB would arrive at once."""
    line = Outgoing(1e-9)
    line.say(bytes(65536), 0.0)
    assert len(line.due(0.001)) == 65536
    paced = Outgoing(BYTE_S)
    paced.say(bytes(65536), 0.0)
    assert len(paced.due(0.001)) == 10


def test_an_answer_begins_when_the_question_has_wholly_arrived() -> None:
    """Both directions take their time."""
    scale, cage = scale_with()
    scale.heard(b"ab?", 1.0)
    assert [at for _, at in cage.parrots[0].heard] == pytest.approx(
        [1 + BYTE_S, 1 + 2 * BYTE_S, 1 + 3 * BYTE_S]
    )
    assert scale.due(1 + 4.5 * BYTE_S) == b"\x00"
    assert scale.due(1 + 103.5 * BYTE_S) == Parrot.answer[1:]


def test_a_slower_host_gets_a_slower_line() -> None:
    """The speed that a host sets counts from then on."""
    scale, _ = scale_with()
    scale.settings("E", 9600)
    scale.heard(QUESTION, 0.0)
    assert len(scale.due(51 * BYTE_S)) == 3
    assert len(scale.due(51 * 11 / 9600)) == 47


def test_opening_and_every_move_of_dtr_reset_the_device() -> None:
    """A new device each time, that is told the settings and sees the edge; RTS alone is none."""
    scale, cage = scale_with()
    scale.opened()
    scale.settings("E", 115200)
    scale.lines(dtr=True, rts=False, at=1.0)
    scale.lines(dtr=True, rts=True, at=2.0)
    scale.lines(dtr=False, rts=True, at=3.0)
    assert len(cage.parrots) == 4
    assert cage.parrots[-1].told == [("E", 115200), (True, True, 3.0), (False, True, 3.0)]


def test_destruction_is_remembered_across_resets() -> None:
    """A test of a reader asks at the end."""
    scale, _ = scale_with()
    scale.heard(b"!", 0.0)
    scale.opened()
    scale.heard(b"!", 1.0)
    assert scale.destroyed == ["everything", "everything"]


def test_a_silent_device_says_nothing_and_a_half_dead_one_half() -> None:
    """Single bytes of a half-dead one still pass, so that it can be found."""
    silent, _ = scale_with("silent")
    silent.heard(QUESTION, 0.0)
    assert silent.due(FOREVER) == b""
    half, _ = scale_with("half-dead")
    half.heard(QUESTION, 0.0)
    assert half.due(FOREVER) == Parrot.answer[:50]


def test_wrong_parity_is_told_to_the_device_whatever_the_host_sets() -> None:
    """It hears an odd line from the first reset on."""
    scale, cage = scale_with("parity")
    scale.opened()
    scale.settings("E", 115200)
    assert cage.parrots[-1].told == [("N", 115200)]


def test_flips_are_single_bits_and_repeatable() -> None:
    """The same seed gives the same noise, another seed another."""
    spoken = []
    for seed in ("seed=1", "seed=1", "seed=2"):
        scale, _ = scale_with("flips=0.3", seed)
        scale.heard(QUESTION * 20, 0.0)
        spoken.append(scale.due(FOREVER))
    assert spoken[0] == spoken[1] != spoken[2]
    whole, _ = scale_with()
    whole.heard(QUESTION * 20, 0.0)
    assert len(spoken[0]) < len(whole.due(FOREVER)), "some questions themselves were flipped"


def test_a_certain_flip_changes_one_bit_of_every_byte() -> None:
    """Of the answer as of the question, which here is no question any more."""
    passed = faults.Flipper(1.0, 0).passed(bytes(1000))
    assert {byte.bit_count() for byte in passed} == {1}
    assert len(set(passed)) == 8


def test_a_stalling_device_pauses_between_blocks() -> None:
    """Every 2048 bytes, for as long as it was told."""
    scale, _ = scale_with("stalls=60")
    scale.heard(QUESTION * 25, 0.0)
    assert len(scale.due(59.0)) == 2000
    assert len(scale.due(61.0)) == 500


def test_an_unplugged_device_falls_silent_within_an_answer() -> None:
    """After exactly as many bytes as it was told."""
    scale, _ = scale_with("unplug=30")
    scale.heard(QUESTION, 0.0)
    assert scale.is_plugged
    assert scale.due(FOREVER) == Parrot.answer[:30]
    assert not scale.is_plugged


@pytest.mark.parametrize(
    "text", ["nonsense", "rdp=1", "liar", "flips=2", "flips=x", "unplug", "unplug=-1", "stalls=nan"]
)
def test_an_unknown_fault_is_refused_in_words(text: str) -> None:
    """The message repeats what was asked for."""
    with pytest.raises(FaultError, match=text):
        faults.parse([text])


def test_faults_add_up() -> None:
    """Several at once are one set."""
    assert faults.parse(["rdp", "flips", "stalls", "liar=a.hex", "unplug=7"]) == Faults(
        is_protected=True, flip_rate=0.001, stall_s=1.0, liar=Path("a.hex"), unplug_after=7
    )


def test_every_opening_is_told_where_the_system_can() -> None:
    """A host that closes and opens between two looks; the control, which only looks, misses it."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    watched, polled = Watched(name), Polled()
    for openings in (watched, polled):
        assert not openings.happened(hung_up=True)
    with open(name, "rb", buffering=0):  # noqa: PTH123 -- a device, opened as a host does
        assert watched.happened(hung_up=False)
        assert polled.happened(hung_up=False)
    with open(name, "rb", buffering=0):  # noqa: PTH123
        assert watched.happened(hung_up=False)
        assert not polled.happened(hung_up=False)
    watched.close()
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("asks_anew", [True, False])
def test_a_host_that_speaks_before_it_is_noticed_is_answered(
    asks_anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens and asks in one wait of a slow machine; the control believes it still away."""
    if not asks_anew:
        monkeypatch.setattr(host_pty, "_hung_up", lambda _master: True)
    terminal = host_pty._Terminal()  # noqa: SLF001 - the parts that ``serve`` puts together
    hosts: list[int] = []

    class Knock(Polled):
        def wait(self) -> None:
            hosts.append(os.open(terminal.name, os.O_RDWR | os.O_NOCTTY))
            os.write(hosts[0], QUESTION)
            assert select.select([terminal.master], [], [], 60)[0]

    class Slow(VirtualScale):
        def heard(self, data: bytes, at: float) -> None:
            super().heard(data, at)
            time.sleep(150 * BYTE_S)

    host_pty._turn(Slow(Parrot, 115200, Faults()), terminal, Knock())  # noqa: SLF001
    answered = select.select(hosts, [], [], 60 if asks_anew else 0.05)[0]
    assert bool(answered) == asks_anew
    for number in (terminal.master, *hosts):
        os.close(number)
