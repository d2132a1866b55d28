"""The process that opens long deliveries: it answers as the worker would, or not at all."""

import io
from collections.abc import Callable, Iterator

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.attest import aside
from app.attest.aside import HEAD, Aside, serve
from app.attest.opening import Delivery, open_delivery
from app.crypto import dsse
from app.db.ids import new_uid
from app.domain.errors import DomainError
from tests.attest.lab import HONEST, FakeStation

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
WHO = (dsse.keyid(PUBLIC), PUBLIC)
STATION = FakeStation(new_uid(), "", KEY)
GOOD = STATION.envelope(STATION.report(new_uid(), HONEST))
ODD = STATION.envelope({"verdict": 7})
FORGED = {**GOOD, "payload": ODD["payload"]}
BODIES = {
    "one report": orjson.dumps(GOOD),
    "one that is forged": orjson.dumps(FORGED),
    "a batch of all kinds": orjson.dumps({"items": [GOOD, FORGED, ODD, "none", {}, GOOD]}),
    "no JSON": b'{"items": [',
    "a key given twice": b'{"items": [], "items": []}',
    "too many": orjson.dumps({"items": [{}] * 101}),
    "no list": b'{"items": 3}',
}


@pytest.fixture
def opener() -> Iterator[Aside]:
    """A process that opens whatever comes, however short."""
    found = Aside(least=0)
    yield found
    found.end()


def answered(opening: Callable[[], Delivery]) -> object:
    """Return what came of opening a delivery, refusals as what they say."""
    try:
        delivery = opening()
    except DomainError as error:
        return said(error)
    return delivery.is_batch, [
        said(each) if isinstance(each, DomainError) else each for each in delivery.signed()
    ]


def said(error: DomainError) -> object:
    """Return all that a refusal says."""
    return type(error), str(error), error.facts


def test_what_is_opened_aside_is_what_the_worker_would_open(opener: Aside) -> None:
    """Reports, refusals of one and of all, word by word; one process for all of them."""
    processes = set()
    for name, body in BODIES.items():
        found = answered(lambda body=body: opener.open(body, *WHO))  # type: ignore[misc]  # its own body
        assert found == answered(lambda body=body: open_delivery(body, *WHO)), name  # type: ignore[misc]
        processes.add(opener.process)
    assert len(processes) == 1
    assert None not in processes


def test_a_process_that_died_costs_nothing_and_another_takes_its_place(opener: Aside) -> None:
    """The worker opens that delivery itself; the next one goes to a new process."""
    body = BODIES["a batch of all kinds"]
    expected = answered(lambda: open_delivery(body, *WHO))
    assert answered(lambda: opener.open(body, *WHO)) == expected
    first = opener.process
    assert first is not None
    first.kill()
    first.wait()
    assert answered(lambda: opener.open(body, *WHO)) == expected
    assert opener.process is None
    assert answered(lambda: opener.open(body, *WHO)) == expected
    assert opener.process not in {None, first}


def test_it_ends_with_the_worker(opener: Aside) -> None:
    """When our end closes, as it does when a worker is killed, nobody has to end it."""
    opener.open(BODIES["one report"], *WHO)
    process, line = opener.process, opener.line
    assert process is not None
    assert line is not None
    line.close()
    assert process.wait(120) == 0


def test_a_short_delivery_begins_no_process() -> None:
    """One report is opened where it is."""
    opener = Aside()
    assert answered(lambda: opener.open(BODIES["one report"], *WHO)) == answered(
        lambda: open_delivery(BODIES["one report"], *WHO)
    )
    assert opener.process is None


def test_who_stumbles_says_nothing_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours is answered with nothing, which the worker opens itself."""
    body = BODIES["one report"]
    asked = len(body).to_bytes(4) + WHO[0].encode() + WHO[1] + body
    assert len(asked) == HEAD + len(body)
    found = io.BytesIO()
    serve(io.BytesIO(asked), found)
    assert len(found.getvalue()) > len(body)

    def stumble(*_any: object) -> Delivery:
        raise ZeroDivisionError

    monkeypatch.setattr(aside, "open_delivery", stumble)
    found = io.BytesIO()
    serve(io.BytesIO(asked * 2), found)
    assert found.getvalue() == bytes(8)
