"""A short life of a spool, to be killed at each of its file operations.

``python -m tests.agent.soak_spool STATE`` captures, delivers, captures again, and says on
standard output what it has captured, each time when the spool has said so.
"""

import sys
import time
from pathlib import Path

from scale_agent import spool_file
from scale_agent.clock import Clock
from scale_agent.faults import StationFaultError
from scale_agent.keys import Identity, load_key
from scale_agent.server_link import ServerLink
from scale_agent.spool import Signer, Spool
from scale_agent.upload import Courier
from tests.agent.readings import ERRAND, reading


def main() -> None:
    """Live."""
    state = Path(sys.argv[1])
    if "--careless" in sys.argv:
        spool_file.PRAGMAS = tuple(  # type: ignore[misc] # the control
            pragma.replace("=FULL", "=OFF") for pragma in spool_file.PRAGMAS
        )
    identity = Identity.load(state)
    signer = Signer(identity.station, load_key(state))
    with ServerLink(identity.server, clock=Clock(), token=identity.token) as link:
        for number in range(2):
            with Spool(state, min_free_bytes=1) as spool:
                spool.nonces.add([(f"{number}" * 32, 2**40)], at=time.time())
                for _ in range(2):
                    captured(spool, signer)
                deliver(spool, Courier(spool, link, identity))
                captured(spool, signer)


def captured(spool: Spool, signer: Signer) -> None:
    """Capture a reading and say so."""
    try:
        record = spool.capture(reading(length=4096), ERRAND, by=signer, at=time.time())
    except StationFaultError as fault:
        say("refused", fault)
    else:
        say("captured", record.uid)


def say(*words: object) -> None:
    """Tell the test, at once."""
    print(*words, flush=True)  # noqa: T201 - a program's output


def deliver(spool: Spool, courier: Courier) -> None:
    """Deliver everything, at once."""
    for _ in range(20):
        counts = spool.counts()
        if counts.waiting or counts.images_wanted:
            courier.step(float("inf"))


if __name__ == "__main__":
    try:
        main()
    except StationFaultError as fault:
        say("ended", fault)
        sys.exit(fault.exit_status)
