"""The web worker: a thread is given to a request only when the request is there.

gunicorn's own threads read from the socket and wait for whoever sends slowly; as many slow
senders as threads stop the service. Here the main loop gathers what arrives, without waiting
for anybody. What is too long to gather goes to a few threads of its own, with a deadline.
"""

import gc
import re
import selectors
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final

from gunicorn import util
from gunicorn.http import get_parser
from gunicorn.http.body import Body
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker
from werkzeug.exceptions import BadRequest

from app.domain.errors import DomainError

HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
# A body of a length nobody told, or one that waits for our word.
UNTOLD: Final = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)
CHUNK: Final = 64 * 1024
LONGEST_HEAD: Final = 64 * 1024
# A JSON document is gathered whole; a photo is read as it comes.
GATHERED: Final = 1024 * 1024 + LONGEST_HEAD
MOST_GATHERED: Final = 64 * 1024 * 1024
# A request head takes a moment; a body may come over a village's line.
HEAD_S = 10.0
# Where connections run out, those that dawdle go first.
CROWDED: Final = 0.8
IN_A_CROWD_S: Final = 2.0
LEAST_BYTES_PER_S: Final = 4096
SLOW_THREADS: Final = 8
CLOSERS: Final = 4
# A delivery makes tens of thousands of objects that live for a moment and form no cycles: the
# interpreter's own 700 has them looked through again and again, an eighth of its time.
CYCLES: Final = (20_000, 10, 10)


class SlowBodyError(DomainError):
    """The body did not arrive in time."""

    code = "request_timeout"


class Arriving:
    """What has arrived of one request."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.began = time.monotonic()
        self.head: int | None = None
        self.wanted = 0
        self.too_long = False

    def take(self, data: bytes) -> None:
        """Add what just came."""
        self.data += data
        if self.head is None:
            self._look_at_head()

    @property
    def is_there(self) -> bool:
        """Whether a thread would wait for nothing, or has to read the rest itself."""
        if self.too_long:
            return True
        return self.head is not None and len(self.data) >= self.wanted

    @property
    def is_late(self) -> bool:
        """Whether it took longer than anybody needs."""
        return self.age > HEAD_S + (len(self.data) / LEAST_BYTES_PER_S if self.head else 0)

    @property
    def age(self) -> float:
        """Seconds since its first byte was waited for."""
        return time.monotonic() - self.began

    def _look_at_head(self) -> None:
        end = self.data.find(HEAD_END)
        if end < 0:
            self.too_long = len(self.data) > LONGEST_HEAD
            return
        self.head = end + len(HEAD_END)
        head = bytes(self.data[: self.head])
        length = LENGTH.search(head)
        self.wanted = self.head + (int(length[1]) if length else 0)
        self.too_long = self.wanted > GATHERED or bool(UNTOLD.search(head))


class Deadline:
    """A socket from which a body is read in its time."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._began, self._came = time.monotonic(), 0

    def recv(self, size: int) -> bytes:
        """Read some bytes.

        Raises:
            SlowBodyError: It came too slowly, or not at all.
        """
        allowed = HEAD_S + self._came / LEAST_BYTES_PER_S
        left = self._began + allowed - time.monotonic()
        if left <= 0:
            raise SlowBodyError("the body comes too slowly")
        self._line.settimeout(min(left, HEAD_S))
        try:
            data = self._line.recv(size)
        except TimeoutError:
            raise SlowBodyError("the body stopped coming") from None
        self._came += len(data)
        return data


class SoundBody:
    """A body whose faults are the sender's, and answered as such."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever gunicorn's body has
        return getattr(self._body, name)

    def read(self, size: int | None = None) -> bytes:
        """Read some of it.

        Raises:
            BadRequest: Its chunks are none.
        """
        try:
            return bytes(self._body.read(size))
        except ParseException:
            raise BadRequest from None


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A threaded worker whose threads never wait for a request to arrive."""

    def init_process(self) -> None:
        """Begin with nobody."""
        self._arriving: dict[TConn, Arriving] = {}
        self._gathered = 0
        self._slow = ThreadPoolExecutor(SLOW_THREADS, "slow")
        self._closers = ThreadPoolExecutor(CLOSERS, "closing")
        super().init_process()

    def load_wsgi(self) -> None:
        """Load the application, which is there for good: nobody looks for cycles in it again."""
        super().load_wsgi()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*CYCLES)

    def enqueue_req(self, conn: TConn) -> None:
        """Gather the request first; what was read ahead of it already counts."""
        ahead = conn.parser.unreader.take_buffered() if conn.parser else b""
        arriving = Arriving(b"")
        arriving.take(ahead)
        conn.sock.setblocking(False)  # noqa: FBT003 - the socket's own way
        self._arriving[conn] = arriving
        self._gathered += len(ahead)
        if arriving.is_there:
            self._serve(conn, arriving)
            return
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._more, conn))

    def murder_pending(self) -> None:
        """Close those that take too long to say what they want."""
        super().murder_pending()
        crowded = self.nr_conns >= self.worker_connections * CROWDED
        for conn, arriving in list(self._arriving.items()):
            if arriving.is_late or (crowded and arriving.age > IN_A_CROWD_S):
                self.poller.unregister(conn.sock)
                self._refuse(conn)

    def finish_request(self, conn: TConn, fs: Future[bool]) -> None:
        """Let other threads close what ends: lingering is not for the main loop."""
        ended = fs.cancelled() or fs.exception() is not None or not fs.result()
        if ended:
            self._close(conn)
        else:
            super().finish_request(conn, fs)

    def _more(self, conn: TConn, line: socket.socket) -> None:
        arriving = self._arriving[conn]
        try:
            data = line.recv(CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.poller.unregister(line)
            self._forget(conn)
            self.nr_conns -= 1
            conn.close()
            return
        arriving.take(data)
        self._gathered += len(data)
        if arriving.is_there or self._gathered > MOST_GATHERED:
            self.poller.unregister(line)
            self._serve(conn, arriving)

    def _serve(self, conn: TConn, arriving: Arriving) -> None:
        self._forget(conn)
        if conn.parser is None:
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
            conn.initialized = True
        conn.data_ready = True
        conn.parser.unreader.unread(bytes(arriving.data))
        whole = arriving.head is not None and len(arriving.data) >= arriving.wanted
        is_slow = arriving.too_long or not whole
        if is_slow:
            conn.parser.unreader.sock = Deadline(conn.sock)
        pool = self._slow if is_slow else self.tpool
        work = pool.submit(self._once if is_slow else self.handle, conn)
        work.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def _once(self, conn: TConn) -> bool:
        """Answer, and close: what is left of a long body is nobody's next request."""
        self.handle(conn)
        return False

    def handle_request(self, req: Any, conn: TConn) -> bool:  # noqa: ANN401 - gunicorn's own
        """Answer one request."""
        req.body = SoundBody(req.body)
        return bool(super().handle_request(req, conn))

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # noqa: FBT001 - gunicorn's
        if isinstance(conn.parser.unreader.sock, Deadline):
            return False
        return bool(super()._keepalive_after(conn, keepalive))

    def _refuse(self, conn: TConn) -> None:
        self._forget(conn)
        body = b"The request took too long to arrive.\n"
        answer = (
            b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
            b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
        )
        with suppress(OSError):
            conn.sock.send(answer % (len(body), body))
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        self._closers.submit(util.close_graceful, conn.sock, 1.0, 256 * 1024 * 1024)

    def _forget(self, conn: TConn) -> None:
        arriving = self._arriving.pop(conn, None)
        if arriving is not None:
            self._gathered -= len(arriving.data)
