"""Each fault of a virtual scale becomes a verdict of its own at the agent, over a real line."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scale_agent.reading import ReadOptions, read_scale
from tests.agent.virtual import on_pty

LENGTH = 4096
# fmt: off
EXPECTED = {
    ("an3155", "none"):            ("read", None),
    ("an3155", "rdp"):             ("unreadable", "read_protected"),
    ("an3155", "flips=0.002"):     ("inconsistent", "passes_differ"),
    ("an3155", "stalls=0.3"):      ("read", None),
    ("an3155", "unplug=1500"):     ("no_answer", "unplugged"),
    ("an3155", "parity"):          ("malformed", "wrong_baud_or_parity"),
    ("an3155", "silent"):          ("no_answer", "silent"),
    ("stk500v1", "unplug=1500"):   ("no_answer", "unplugged"),
    ("stk500v1", "half-dead"):     ("malformed", "answers_break_off"),
    ("stk500v1", "silent"):        ("no_answer", "silent"),
}
# fmt: on
Outcome = tuple[str, str | int | None]


def outcome(device: str, fault: str, directory: Path) -> Outcome:
    """Return the verdict on a device with ``fault``, and the reason given."""
    directory.mkdir()
    faults = () if fault == "none" else ("--fault", fault, "--fault", "seed=4")
    options = ReadOptions(length=LENGTH)
    with on_pty(directory, "--device", device, *faults, ends_itself="unplug" in fault) as link:
        reading = read_scale(str(link), device, options=options)
    return reading.verdict, reading.facts.get("reason")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Outcome]:
    """Read all the faulty scales side by side."""
    home = tmp_path_factory.mktemp("faults")
    with ThreadPoolExecutor(4) as pool:
        futures = {
            case: pool.submit(outcome, *case, home / str(number))
            for number, case in enumerate(EXPECTED)
        }
        return {case: future.result() for case, future in futures.items()}


@pytest.mark.parametrize("case", EXPECTED)
def test_a_fault_has_its_verdict(
    outcomes: Mapping[tuple[str, str], Outcome], case: tuple[str, str]
) -> None:
    """Never a read-out that was not read, never an exception."""
    assert outcomes[case] == EXPECTED[case]
