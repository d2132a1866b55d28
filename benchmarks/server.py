"""What the server answers in a second, against an empty route of itself in the same run.

B0 is ``/healthz``: the same application, hooks and server, with nothing in the route.
"""

import json
import os
import time
from collections.abc import Iterator
from typing import Final

from sqlalchemy import event, func, select

from app.config import Settings
from app.db.session import utcnow
from app.ledger.door import SYSTEM
from app.models import Evidence, LedgerHead, Scale
from app.portal import service
from benchmarks import server_load
from benchmarks.harness import Row, at_least, median
from benchmarks.server_home import home, served
from benchmarks.server_load import Answer, Empty, each_once, empty_rate, rate, request
from benchmarks.sizes import SIZE
from tests.attest.lab import HONEST, Lab, build

SINGLE: Final = SIZE.single
BATCHES: Final = SIZE.batches
WARM: Final = 2
BATCH: Final = 100
COPIES: Final = 50
PAGES: Final = 64
CREATED, REPEATED, BUSY = 201, 200, 503


def pages() -> Iterator[Row]:
    """The public page of a tag, as a phone gets it and as data."""
    with home() as settings:
        lab = build(settings)
        with lab.work.database.transaction() as session:
            scale = session.scalars(select(Scale).where(Scale.uid == lab.scale)).one()
            tag = service.issue(session, scale, by=SYSTEM, at=utcnow())
            address = service.address(tag, lab.work.keys.tag, settings.base_url)
        path = address.removeprefix(settings.base_url)
        with served(settings) as port:
            yield _against_b0("public tag page", port, path, "text/html")
            yield _against_b0("public tag as JSON", port, path, "application/json")


def _against_b0(name: str, port: int, path: str, accept: str) -> Row:
    full = request(
        *("GET", path, f"127.0.0.1:{port}"), {"Accept": accept, "Accept-Language": "zh-CN"}
    )
    before = empty_rate(port)
    found = median(rate(port, full) for _ in range(server_load.ROUNDS))
    b0 = Empty(before, empty_rate(port))
    return at_least(
        *(name, found, "requests/s", 0.30),
        ratio=found / b0.mean,
        note=f"{b0}; load {os.getloadavg()[0]:.1f}",
    )


def evidence() -> Iterator[Row]:
    """Signed reports of a reading: one by one, by the hundred, and the same one fifty times."""
    with home() as settings:
        lab = build(settings)
        lab.read(HONEST)  # the image is on file: from now on only reports travel
        with served(settings) as port:
            before = empty_rate(port)
            single, many = _singles(lab, settings), _batches(lab, settings)
            b0 = Empty(before, empty_rate(port))
            load = f"{b0}; load {os.getloadavg()[0]:.1f}"
            note = f"{load}; {_statements(lab, 1)} statements"
            name = "signed evidence with ledger entry"
            yield at_least(name, single, "reports/s", 0.08, ratio=single / b0.mean, note=note)
            note = f"{load}; {_statements(lab, BATCH) / BATCH:.2f} statements a report"
            name = "the same, 100 in a batch"
            yield at_least(name, many, "reports/s", 1.5, ratio=many / b0.mean, note=note)
            yield _copies(lab, settings)


def _envelopes(lab: Lab, count: int) -> list[dict[str, object]]:
    """Return fresh reports, each with a page of the nonce book."""
    pages: list[str] = []
    while len(pages) < count:
        answer = lab.call("POST", "/stations/me/nonces", {"count": PAGES})
        pages += [page["nonce"] for page in answer.get_json()["items"]]
    reports = [lab.station.report(lab.scale, HONEST, eat_nonce=page) for page in pages[:count]]
    return [lab.station.envelope(report) for report in reports]


def _statements(lab: Lab, count: int) -> int:
    """Return how often the database is asked for a delivery of ``count`` reports."""
    found = _envelopes(lab, count)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    engine = lab.work.database.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = lab.call("POST", "/evidence", {"items": found} if count > 1 else found[0])
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code in {CREATED, REPEATED}
    return len(asked)


def _post(lab: Lab, settings: Settings, document: object) -> bytes:
    headers = {
        "Authorization": f"Bearer {lab.station.token}",
        "Content-Type": "application/json",
    }
    host = f"127.0.0.1:{settings.port}"
    return request("POST", "/api/v1/evidence", host, headers, json.dumps(document).encode())


def _singles(lab: Lab, settings: Settings) -> float:
    warm, messages = _warm([_post(lab, settings, one) for one in _envelopes(lab, SINGLE + WARM)])
    each_once(settings.port, warm)
    began = time.monotonic()
    answers = each_once(settings.port, messages)
    took = time.monotonic() - began
    assert {answer.status for answer in answers} == {CREATED}
    return SINGLE / took


def _batches(lab: Lab, settings: Settings) -> float:
    found = _envelopes(lab, (BATCHES + WARM) * BATCH)
    parts = [found[start : start + BATCH] for start in range(0, len(found), BATCH)]
    warm, messages = _warm([_post(lab, settings, {"items": part}) for part in parts])
    each_once(settings.port, warm)
    began = time.monotonic()
    answers = each_once(settings.port, messages)
    took = time.monotonic() - began
    for answer in answers:
        items = json.loads(answer.body)["items"]
        assert [item["status"] for item in items] == [CREATED] * BATCH, items[0]
    return BATCHES * BATCH / took


def _warm(messages: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Part the first from the rest: B0 is taken from a server that is warm, too."""
    return messages[:WARM], messages[WARM:]


def _copies(lab: Lab, settings: Settings) -> Row:
    """Deliver one report fifty times at once: one effect, one receipt."""
    (envelope,) = _envelopes(lab, 1)
    before = _effects(lab)
    message = _post(lab, settings, envelope)
    answers: list[Answer] = []
    while missing := COPIES - len(answers):
        found = each_once(settings.port, [message] * missing, missing)
        answers += [answer for answer in found if answer.status != BUSY]
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [REPEATED] * (COPIES - 1) + [CREATED], statuses
    assert len({answer.body for answer in answers}) == 1
    effects = _effects(lab)[0] - before[0], _effects(lab)[1] - before[1]
    assert effects == (1, 1), effects
    name = f"one report {COPIES} times in parallel, effects"
    return at_least(name, 1, "effect", 1, note="one receipt; asserted")


def _effects(lab: Lab) -> tuple[int, int]:
    """Return how many reports and ledger entries there are."""
    with lab.work.database.reading() as session:
        reports = session.scalar(select(func.count()).select_from(Evidence)) or 0
        return reports, session.scalars(select(LedgerHead.size)).one()
