"""A fleet that comes back after an outage: real spools and couriers against a real server."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from app.crypto import dsse
from app.db.session import utcnow
from app.ledger.door import SYSTEM
from app.models import Place, Scale
from app.portal import service
from scale_agent.clock import Clock
from scale_agent.evidence import Errand, measure
from scale_agent.keys import Identity
from scale_agent.results import Part
from scale_agent.server_link import Answer, ServerLink
from scale_agent.spool import Signer, Spool
from scale_agent.upload import Courier
from tests.agent.readings import reading
from tests.attest.lab import HONEST, FakeStation, Lab, enrolled

AT = 1_795_416_000.0
PATIENCE_S = 600.0


class NotingLink(ServerLink):
    """The agent's own line to the server, which notes when it was used and what it heard."""

    def __init__(self, server: str, token: str) -> None:
        super().__init__(server, clock=Clock(), token=token)
        self.heard: list[tuple[float, int, float]] = []

    def ask(self, *words: Any, **more: Any) -> Answer:  # noqa: ANN401 - as the agent's
        """Ask, and note."""
        began = time.monotonic()
        answer = super().ask(*words, **more)
        self.heard.append((began, answer.status, time.monotonic() + (answer.retry_after_s or 0)))
        return answer


@dataclass(slots=True)
class Returned:
    """How the return went."""

    seconds: float = 0.0
    refused: int = 0
    early: int = 0
    left: int = 0
    pages: list[float] = field(default_factory=list)
    bad_pages: int = 0

    @property
    def page_p95_s(self) -> float:
        """Within what time nineteen of twenty pages were there."""
        return sorted(self.pages)[int(len(self.pages) * 0.95)] if self.pages else 0.0


def fleet(lab: Lab, stations: int) -> list[FakeStation]:
    """Return enrolled stations with keys of their own, at the lab's market."""
    with lab.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        return [enrolled(session, place, None, f"站{number}") for number in range(stations)]


@contextmanager
def spools(lab: Lab, found: list[FakeStation], folder: Path, reports: int) -> Iterator[list[Spool]]:
    """Yield each station's spool with what it captured while it was cut off."""
    measured = measure(replace(reading(), parts=(Part("program", 0, HONEST),)))
    errand = Errand(scale=lab.scale, port="bench-1")
    with ExitStack() as stack:
        kept = []
        for station in found:
            state = folder / station.uid
            state.mkdir()
            spool = stack.enter_context(Spool(state))
            for number in range(reports):
                by = Signer(station.uid, station.key)
                spool.keep(measured, errand, by=by, at=AT + 3600 * number)
            kept.append(spool)
        yield kept


def come_back(lab: Lab, found: list[FakeStation], kept: list[Spool], address: str) -> Returned:
    """Let every station deliver at once; look at a page all the while."""
    result, over = Returned(), threading.Event()
    looker = threading.Thread(target=_look, args=[address + _page(lab), result, over])
    gate = threading.Barrier(len(found) + 1)
    lock = threading.Lock()

    def deliver(station: FakeStation, spool: Spool) -> None:
        with NotingLink(address, station.token) as link:
            courier = Courier(spool, link, _identity(lab, station, address))
            gate.wait()
            _drain(courier, spool)
            with lock:
                result.left += spool.counts().waiting
                result.refused += sum(status in {429, 503} for _at, status, _not in link.heard)
                result.early += _too_early(link.heard)

    threads = [
        threading.Thread(target=deliver, args=pair) for pair in zip(found, kept, strict=True)
    ]
    for thread in (*threads, looker):
        thread.start()
    gate.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    result.seconds = time.monotonic() - began
    over.set()
    looker.join()
    return result


def _drain(courier: Courier, spool: Spool) -> None:
    until = time.monotonic() + PATIENCE_S
    while spool.counts().waiting and time.monotonic() < until:
        time.sleep(min(courier.step(time.monotonic()), 30))


def _too_early(heard: list[tuple[float, int, float]]) -> int:
    """Return how often a station asked again before it was told to."""
    pairs = itertools.pairwise(heard)
    return sum(
        status in {429, 503} and after < earliest for (_at, status, earliest), (after, *_) in pairs
    )


def _identity(lab: Lab, station: FakeStation, address: str) -> Identity:
    public = lab.work.keys.server.public_key().public_bytes_raw()
    return Identity(
        server=address,
        station=station.uid,
        name="站",
        keyid=dsse.keyid(station.key.public_key().public_bytes_raw()),
        token=station.token,
        server_public_key=public.hex(),
    )


def _page(lab: Lab) -> str:
    """Return the path of the lab scale's public page."""
    with lab.work.database.transaction() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == lab.scale)).one()
        tag = service.issue(session, scale, by=SYSTEM, at=utcnow())
        address = service.address(tag, lab.work.keys.tag, lab.work.settings.base_url)
    return address.removeprefix(lab.work.settings.base_url)


def _look(url: str, result: Returned, over: threading.Event) -> None:
    with httpx.Client(timeout=30, trust_env=False) as client:
        while not over.is_set():
            began = time.monotonic()
            status = client.get(url, headers={"Accept": "text/html"}).status_code
            result.pages.append(time.monotonic() - began)
            result.bad_pages += status != httpx.codes.OK
            over.wait(0.05)


def fifty(url: str, token: str, envelope: object, when_busy: Callable[[], None]) -> list[Any]:
    """Deliver one report fifty times at once; return status and body of each."""
    gate = threading.Barrier(50)
    answers: list[Any] = []

    def send() -> None:
        with httpx.Client(timeout=60, trust_env=False) as client:
            gate.wait()
            while True:
                answer = client.post(
                    url, json=envelope, headers={"Authorization": f"Bearer {token}"}
                )
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                when_busy()
        answers.append((answer.status_code, answer.content))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
