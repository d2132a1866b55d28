"""A virtual scale behind a serial port server, RFC 2217.

Unlike a pseudo-terminal it sees parity, speed, DTR and RTS. One host at a time, on this machine.
"""

import logging
import select
import socket
import struct
import time
from typing import Any, Final, cast

import serial.rfc2217

from scale_agent.ending import Ending
from scale_agent.simulator import clock
from scale_agent.simulator.scale import VirtualScale

READ_AT_MOST: Final = 4096
LONGEST_WAIT_S: Final = 0.2

log = logging.getLogger(__name__)


class _Uart:
    """What pyserial's port manager expects of a serial port: settings go to the scale."""

    bytesize = 8
    stopbits = 1
    xonxoff = rtscts = break_condition = False
    cts = dsr = cd = True
    ri = False

    def __init__(self, scale: VirtualScale) -> None:
        self._scale = scale
        self._parity, self._baudrate = "N", 9600
        self._dtr = self._rts = False

    @property
    def parity(self) -> str:
        return self._parity

    @parity.setter
    def parity(self, parity: str) -> None:
        self._parity = parity
        self._scale.settings(self._parity, self._baudrate)

    @property
    def baudrate(self) -> int:
        return self._baudrate

    @baudrate.setter
    def baudrate(self, baudrate: int) -> None:
        self._baudrate = baudrate
        self._scale.settings(self._parity, self._baudrate)

    @property
    def dtr(self) -> bool:
        return self._dtr

    @dtr.setter
    def dtr(self, is_asserted: bool) -> None:
        self._dtr = is_asserted
        self._scale.lines(dtr=self._dtr, rts=self._rts, at=time.monotonic())

    @property
    def rts(self) -> bool:
        return self._rts

    @rts.setter
    def rts(self, is_asserted: bool) -> None:
        self._rts = is_asserted
        self._scale.lines(dtr=self._dtr, rts=self._rts, at=time.monotonic())

    def reset_input_buffer(self) -> None:
        """Keep nothing back: what has arrived is passed on at once."""

    reset_output_buffer = reset_input_buffer


class _Reply:
    """The way back that pyserial's port manager writes its own answers to."""

    def __init__(self, connection: socket.socket) -> None:
        self.write = connection.sendall


def listen(port: int) -> socket.socket:
    """Take ``port`` of this machine.

    Raises:
        OSError: The port is in use or not allowed.
    """
    return socket.create_server(("127.0.0.1", port), backlog=1)


def serve(scale: VirtualScale, listener: socket.socket, stop: Ending) -> None:
    """Answer one host after another until stopped or unplugged."""
    clock.sharpen()
    with listener:
        while not stop.is_told() and scale.is_plugged:
            if select.select([listener], [], [], LONGEST_WAIT_S)[0]:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with connection:
                    _session(scale, connection, stop)


def _session(scale: VirtualScale, connection: socket.socket, stop: Ending) -> None:
    scale.opened()
    try:
        # The stubs ask for a whole serial port; the manager needs no more than _Uart has.
        port, reply = cast("Any", _Uart(scale)), cast("Any", _Reply(connection))
        manager = serial.rfc2217.PortManager(port, reply)
        while not stop.is_told() and scale.is_plugged:
            if not _turn(scale, connection, manager):
                return
    except OSError:
        log.debug("the host went away")
    except (KeyError, ValueError, TypeError, struct.error):
        # pyserial's port manager trips over negotiations that make no sense.
        log.warning("the host does not speak RFC 2217: hung up")


def _turn(
    scale: VirtualScale, connection: socket.socket, manager: serial.rfc2217.PortManager
) -> bool:
    """Exchange what is due; False once the host has hung up."""
    until, exactly = scale.next_due(time.monotonic()) or (None, False)
    if clock.wait(connection, until, exactly=exactly):
        received = connection.recv(READ_AT_MOST)
        if not received:
            return False
        # A setting among the bytes takes effect before those that follow it.
        for byte in manager.filter(received):
            scale.heard(byte, time.monotonic())
    if due := scale.due(time.monotonic()):
        connection.sendall(b"".join(manager.escape(due)))
    return True
