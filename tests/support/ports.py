"""Ports that nobody else takes, of the tests that run at the same time or of this machine."""

import itertools
import os
import random
import socket

# Below those that systems give to whoever does not ask for one (from 32768 on Linux): such a
# port is taken by any connection, before a server that starts slowly has come to it.
FIRST, EACH = 16_000, 1_000
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
BEGIN = random.SystemRandom().randrange(EACH)
NEXT = itertools.count(BEGIN)


def free_port() -> int:
    """Return a port that nothing listens on, another each time and in each worker."""
    while True:
        port = FIRST + WORKER % 16 * EACH + next(NEXT) % EACH
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
