"""A small real server for the agent's tests: real keys, real receipts, faults on demand.

It counts effects: how often each evidence uid was committed. What the agent sends is
checked against the published schemas, and every deviation lands in ``complaints``.
"""

import base64
import collections
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jsonschema import Draft202012Validator
from uuid6 import uuid7

from scale_agent import dsse
from scale_agent.keys import AssignedScale, Identity, make_or_load_key

WIRE = Path(dsse.__file__).parent / "wire"
SCALE = "0199f39f-22bb-7111-9000-0242ac120003"
STATION = "0199f39f-11aa-7000-8000-0242ac120002"
TOKEN = "wts_example"  # noqa: S105 - an example that opens nothing


def schema(name: str) -> Draft202012Validator:
    """Return the validator of one wire document."""
    return Draft202012Validator(json.loads((WIRE / f"{name}.v1.schema.json").read_bytes()))


class StationServer:
    """Answers as the plan of the wire says, unless ``faults`` tells it otherwise.

    Each evidence request takes the next of ``faults``: down, lost, slow, truncated,
    garbage, wrong_receipt, wrong_signature, or a status such as 500, 429, 503, 401.
    """

    def __init__(self, *, wants_images: bool = True) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.station_key: bytes = b""
        self.codes = {"K7QF-2M9T"}
        self.key_name = dsse.key_id(self.key.public_key().public_bytes_raw())
        self.wants_images = wants_images
        self.faults: collections.deque[str | int] = collections.deque()
        self.put_faults: collections.deque[str | int] = collections.deque()
        self.retry_after = "1"
        self.refusals: dict[int, tuple[int, str, str]] = {}
        self.poison: set[int] = set()
        self.hooks: dict[str, Callable[[], None]] = {}
        self.is_unknown_station = False
        self.bodies: dict[str, bytes] = {}
        self.effects: collections.Counter[str] = collections.Counter()
        self.order: list[int] = []
        self.evidence: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, bytes] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.gone: set[str] = set()
        self.progress: list[tuple[float, str, dict[str, Any]]] = []
        self.polls: list[float] = []
        self.requests: collections.Counter[str] = collections.Counter()
        self.batches: list[int] = []
        self.nonces: list[str] = []
        self.complaints: list[str] = []
        self.lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        # A killed agent leaves broken connections behind; that is no news here.
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def public_key(self) -> bytes:
        """What a station pins."""
        return self.key.public_key().public_bytes_raw()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def enrol(self, state: Path, port: str = "bench-1") -> Identity:
        """Put an enrolled station into ``state`` without going over the wire."""
        key = make_or_load_key(state)
        self.station_key = key.public_key().public_bytes_raw()
        identity = Identity(
            server=self.url,
            station=STATION,
            name="城东检测台",
            keyid=dsse.key_id(self.station_key),
            token=TOKEN,
            server_public_key=self.public_key.hex(),
            scales=(AssignedScale(SCALE, port),),
        )
        identity.save(state)
        return identity

    def ask_for_a_reading(self, port: str = "bench-1", *, lasts_s: int = 600) -> str:
        """Queue a task; return its uid."""
        uid = str(uuid7())
        self.tasks[uid] = {
            "uid": uid,
            "kind": "read",
            "station": STATION,
            "scale": SCALE,
            "port": port,
            "method": "stk500v1",
            "length": 2048,
            "nonce": secrets.token_hex(16),
            "iat": int(time.time()),
            "exp": int(time.time()) + lasts_s,
        }
        return uid

    def signed(self, kind: str, document: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
        """Return ``document`` in an envelope, as JSON values."""
        return dsse.strict_object(dsse.seal(kind, json.dumps(document).encode(), key))

    def call(self, hook: str) -> None:
        """Run what a test wants to happen at this point."""
        self.hooks.get(hook, lambda: None)()

    def commit(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """Take one envelope in; return an item of a batch answer."""
        try:
            payload = dsse.open_envelope(envelope, dsse.EVIDENCE, self.station_key)
        except dsse.EnvelopeError as error:
            self.complaints.append(str(error))
            return _refusal(422, "bad_signature", str(error))
        document = json.loads(payload)
        self.complaints += [e.message for e in schema("evidence").iter_errors(document)]
        uid, seq = document["uid"], document["seq"]
        if seq in self.refusals:
            return _refusal(*self.refusals[seq])
        with self.lock:
            status = 200
            if uid not in self.bodies:
                status = 201
                self.bodies[uid] = payload
                self.effects[uid] += 1
                self.evidence[uid] = document
                self.order.append(seq)
                self.tasks.pop(document.get("task", ""), None)
            elif self.bodies[uid] != payload:
                return _refusal(409, "evidence_conflict", "the first one stays")
        return {"status": status, "receipt": self.receipt(uid, payload, document)}

    def receipt(self, uid: str, payload: bytes, document: dict[str, Any]) -> dict[str, Any]:
        """Return the signed receipt of a committed payload."""
        images = [part["sha256"] for part in document["measurements"]]
        wanted = [name for name in images if name not in self.blobs] if self.wants_images else []
        told = {
            "evidence": uid,
            "sha256": hashlib.sha256(payload).hexdigest(),
            "station": STATION,
            "received_at": int(time.time()),
            "wanted": wanted,
        }
        schema("receipt").validate(told)
        return self.signed(dsse.RECEIPT, told, self.key)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(_Handler):
            """Bound to this server."""

            state = server

        return Handler


class _Handler(BaseHTTPRequestHandler):
    """The routes."""

    state: StationServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Hand out tasks, at once: a busy server may ignore the wish to wait."""
        self.state.polls.append(time.monotonic())
        if self._unknown():
            return
        self.state.call("poll")
        tasks = [
            self.state.signed(dsse.TASK, task, self.state.key)
            for task in list(self.state.tasks.values())
        ]
        self._json(200, {"items": tasks})

    def do_POST(self) -> None:
        """Enrolment, progress, nonces, evidence."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if len(content) < int(self.headers["Content-Length"]):
            self.close_connection = True
            return
        body = json.loads(content)
        self.state.requests[self.path] += 1
        if self.path.endswith("/enrol"):
            self._enrol(body)
        elif self._unknown():
            return
        elif self.path.endswith("/progress"):
            self._progress(body)
        elif self.path.endswith("/nonces"):
            pages = [secrets.token_hex(16) for _ in range(body["count"])]
            self.state.nonces += pages
            expires_at = int(time.time()) + 72 * 3600
            self._json(201, {"items": [{"nonce": n, "expires_at": expires_at} for n in pages]})
        else:
            self._evidence(body)

    def do_PUT(self) -> None:
        """Take an image."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if len(content) < int(self.headers["Content-Length"]):
            self.close_connection = True
            return
        sha256 = self.path.rsplit("/", 1)[1]
        self.state.requests["PUT"] += 1
        self.state.call("before_put")
        fault = self.state.put_faults.popleft() if self.state.put_faults else None
        if isinstance(fault, int):
            self._problem(fault, "no", "not now")
            return
        if hashlib.sha256(content).hexdigest() != sha256:
            self.state.complaints.append("an image is not what its name says")
        is_new = sha256 not in self.state.blobs
        self.state.blobs[sha256] = content
        self.state.call("after_put")
        self._json(201 if is_new else 200, {})

    def _unknown(self) -> bool:
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if known and not self.state.is_unknown_station:
            return False
        self._problem(401, "unauthorised", "this station is not known")
        return True

    def _enrol(self, body: dict[str, Any]) -> None:
        self.state.complaints += [e.message for e in schema("enrol").iter_errors(body)]
        if body["code"] not in self.state.codes:
            self._problem(403, "enrolment_refused", "The code is wrong, used or expired")
            return
        self.state.codes.remove(body["code"])
        self.state.station_key = bytes.fromhex(body["public_key"])
        told = {
            "station": STATION,
            "name": "城东检测台",
            "keyid": dsse.key_id(self.state.station_key),
            "token": TOKEN,
            "server_public_key": self.state.public_key.hex(),
            "server_keyid": self.state.key_name,
            "scales": [{"scale": SCALE, "port": "bench-1", "method": "stk500v1", "length": 2048}],
        }
        schema("enrolled").validate(told)
        self._json(201, told)

    def _progress(self, body: dict[str, Any]) -> None:
        self.state.complaints += [e.message for e in schema("progress").iter_errors(body)]
        task = self.path.split("/")[-2]
        self.state.progress.append((time.monotonic(), task, body))
        self.state.call("progress")
        if body["state"] == "failed":
            self.state.tasks.pop(task, None)
        if task in self.state.gone:
            self._problem(410, "task_gone", "The task is over")
        else:
            self._empty(204)

    def _evidence(self, body: dict[str, Any]) -> None:
        fault = self.state.faults.popleft() if self.state.faults else None
        envelopes = body.get("items", [body])
        self.state.batches.append(len(envelopes))
        self.state.complaints += [
            e.message for envelope in envelopes for e in schema("envelope").iter_errors(envelope)
        ]
        self.state.call("before_commit")
        if fault == "down":
            self._hang_up()
        elif isinstance(fault, int):
            self._problem(fault, "trouble", "Something is wrong here")
        elif any(_seq(envelope) in self.state.poison for envelope in envelopes):
            self._problem(500, "internal", "A programming error")
        else:
            items = [self.state.commit(envelope) for envelope in envelopes]
            self.state.call("after_commit")
            self._answer_evidence(fault, items, is_batch="items" in body)

    def _answer_evidence(
        self, fault: str | None, items: list[dict[str, Any]], *, is_batch: bool
    ) -> None:
        if fault == "lost":
            self._hang_up()
            return
        if fault == "slow":
            time.sleep(0.5)
        items = [_spoilt(item, fault, self.state) for item in items]
        first = items[0]
        if is_batch:
            status, document = 200, {"items": items}
        else:
            status, document = first["status"], first.get("receipt", first.get("problem"))
        if fault == "garbage":
            self._send(200, b"<html>Please sign in to the guest network</html>", "text/html")
        elif fault == "truncated":
            content = json.dumps(document).encode()
            self._send(status, content[: len(content) // 2], "application/json", len(content))
            self._hang_up()
        else:
            kind = "application/json" if status < 400 else "application/problem+json"
            self._send(status, json.dumps(document).encode(), kind)
        self.state.call("after_answer")

    def _problem(self, status: int, code: str, title: str) -> None:
        document = _refusal(status, code, title)["problem"]
        self._send(status, json.dumps(document).encode(), "application/problem+json")

    def _json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode(), "application/json")

    def _empty(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def _send(self, status: int, content: bytes, kind: str, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        if status in {429, 503}:
            self.send_header("Retry-After", self.state.retry_after)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True


def _refusal(status: int, code: str, title: str) -> dict[str, Any]:
    problem = {"type": f"urn:wutong:{code}", "title": title, "status": status, "code": code}
    return {"status": status, "problem": problem}


def _spoilt(item: dict[str, Any], fault: str | None, server: StationServer) -> dict[str, Any]:
    """Return ``item`` with the receipt that the fault asks for."""
    if "receipt" not in item or fault not in {"wrong_receipt", "wrong_signature"}:
        return item
    told = json.loads(base64.b64decode(item["receipt"]["payload"]))
    if fault == "wrong_receipt":
        told["sha256"] = "0" * 64
        return {**item, "receipt": server.signed(dsse.RECEIPT, told, server.key)}
    stranger = Ed25519PrivateKey.generate()
    forged = server.signed(dsse.RECEIPT, told, stranger)
    forged["signatures"][0]["keyid"] = dsse.key_id(server.public_key)
    return {**item, "receipt": forged}


def _seq(envelope: dict[str, Any]) -> int:
    return int(json.loads(base64.b64decode(envelope["payload"]))["seq"])


def until(condition: Callable[[], object], *, within_s: float = 120.0) -> None:
    """Wait for ``condition``.

    Raises:
        AssertionError: It did not come true in time.
    """
    latest = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < latest, "waited in vain"
        time.sleep(0.01)


def running() -> Iterator[StationServer]:
    """Yield a running server: the body of a fixture."""
    with StationServer() as server:
        yield server
