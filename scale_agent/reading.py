"""One reading of one scale: open, enter, identify, read every page twice, conclude.

Trouble with a device is a verdict with a reason, never an exception: a station must be able to
report it. An image that is not complete has no parts and is never hashed.
"""

from dataclasses import replace

from scale_agent.errors import ReadError
from scale_agent.firmware import READERS
from scale_agent.firmware.base import FirmwareReader
from scale_agent.link import Clock, Port, SystemClock, never
from scale_agent.ports import latency_timer_ms, open_port, transport_of
from scale_agent.results import OnProgress, Part, Progress, Reading, ReadOptions, Stop
from scale_agent.session import Session

__all__ = ["Part", "Progress", "ReadOptions", "Reading", "read_over", "read_scale"]


def read_scale(
    port_url: str,
    protocol: str,
    *,
    options: ReadOptions,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Reading:
    """Read the program memory of the scale behind ``port_url``; any trouble is a verdict.

    Raises:
        KeyError: There is no such protocol.
    """
    reader = READERS[protocol]()
    clock = SystemClock()
    began = clock.now()
    baud = options.baud or reader.baud
    try:
        port = open_port(port_url, baud=baud, parity=reader.parity)
    except ReadError as error:
        session = Session(reader, options, clock, began, transport_of(port_url))
        session.conclude(error)
        return session.reading()
    try:
        reading = read_over(
            port, reader, options=options, clock=clock, on_progress=on_progress, stop=stop
        )
    finally:
        port.close()
    timer = latency_timer_ms(port_url)
    if timer is None:
        return reading
    return replace(reading, facts={**reading.facts, "latency_timer_ms": timer})


def read_over(
    port: Port,
    reader: FirmwareReader,
    *,
    options: ReadOptions,
    clock: Clock,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Reading:
    """Read over an open port."""
    session = Session(reader, options, clock, clock.now(), port.transport)
    try:
        session.run(port, on_progress, stop or never)
    except ReadError as error:
        session.conclude(error)
    return session.reading()
