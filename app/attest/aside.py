"""A process beside the web worker that opens what is long: a hundred reports at a time.

Reading, checking and verifying is a third of what a report costs, and one interpreter does one
thing at a time: done here, it happens while the worker writes what was opened before. Nothing
depends on this process. It has no database and no secret; where it fails, the worker opens.
"""

import logging
import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO, Final

from app.attest.opening import LENGTH, Delivery, open_delivery, pack, unpack
from app.domain.errors import DomainError

LOG: Final = logging.getLogger("wutong.attest")
# Shorter, and the way there and back is not worth it.
LEAST: Final = 64 * 1024
PATIENCE_S: Final = 10
KEYID: Final = 16
KEY: Final = 32
HEAD: Final = LENGTH + KEYID + KEY


class Aside:
    """The worker's end: one process, begun when it is first needed."""

    def __init__(self, least: int = LEAST) -> None:
        self._least = least
        self._turn = threading.Lock()
        self.line: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def open(self, body: bytes, keyid: str, public_key: bytes) -> Delivery:
        """Open a delivery as `open_delivery` does, aside where it is long.

        Raises:
            DomainError: It is refused.
        """
        if len(body) < self._least:
            return open_delivery(body, keyid, public_key)
        answer = b""
        try:
            with self._turn:
                answer = self._ask(body, keyid, public_key)
        except (OSError, EOFError):
            LOG.warning("the process that opens deliveries is gone; another will be begun")
        return unpack(answer) if answer else open_delivery(body, keyid, public_key)

    def end(self) -> None:
        """End the process; the next long delivery begins another."""
        if self.line is not None:
            self.line.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.line = self.process = None

    def _ask(self, body: bytes, keyid: str, public_key: bytes) -> bytes:
        try:
            line = self.line or self._begin()
            head = len(body).to_bytes(LENGTH) + keyid.encode().ljust(KEYID) + public_key
            line.sendall(head + body)
            return _receive(line, int.from_bytes(_receive(line, LENGTH)))
        except (OSError, EOFError):
            self.end()
            raise

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            # A group of its own: a Ctrl-C is the server's affair. It ends when our end closes.
            self.process = subprocess.Popen(  # noqa: S603 - this very module
                [sys.executable, "-m", __name__],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env=_without_settings(),
                process_group=0,
            )
        # The system's own patience: a call then waits for all of it, and for its turn once.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE_S, 0))
        self.line = ours
        return ours


def _without_settings() -> dict[str, str]:
    # The database's password may stand among them.
    return {name: value for name, value in os.environ.items() if not name.startswith("WUTONG_")}


def _receive(line: socket.socket, size: int) -> bytes:
    data = line.recv(size, socket.MSG_WAITALL)
    if len(data) < size:
        raise EOFError
    return data


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Open what comes until nothing more does; an empty answer says that we stumbled."""
    while len(head := source.read(HEAD)) == HEAD:
        body = source.read(int.from_bytes(head[:LENGTH]))
        answer = b""
        try:
            answer = _opened(body, head[LENGTH:-KEY].decode().rstrip(), head[-KEY:])
        except Exception:
            LOG.exception("a delivery could not be opened")
        target.write(len(answer).to_bytes(LENGTH) + answer)
        target.flush()


def _opened(body: bytes, keyid: str, public_key: bytes) -> bytes:
    try:
        return pack(open_delivery(body, keyid, public_key))
    except DomainError as refusal:
        return pack(refusal)


if __name__ == "__main__":
    with suppress(BrokenPipeError, ConnectionResetError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
