"""Deliveries: many reports at once, each with its own answer; images that come again."""

import threading
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.attest import effects, judging
from app.attest.admission import IntakeFullError, Places
from app.attest.combining import Combiner
from app.db.session import utcnow
from app.domain.seals import SealState
from app.ledger import entries
from app.ledger.door import SYSTEM, act
from app.ledger.gathering import gathered
from app.models import Evidence, LedgerEntry, Place, Scale
from tests.agent.station_server import until
from tests.attest.lab import CALIBRATED, CHEATING, HONEST, NEXT, Lab, enrolled, payload
from tests.support.makers import lead_seal_of

REPORTS = 30


def entries_of(lab: Lab) -> int:
    """Return how long the ledger is."""
    with lab.work.database.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def mixed(lab: Lab) -> list[dict[str, object]]:
    """Return reports of every kind about two scales: good, cheating, unreadable, adjusted."""
    scales, found = [lab.scale, lab.other_scale()], []
    for number in range(REPORTS):
        image = [HONEST, CHEATING, None, CALIBRATED, NEXT, HONEST][number % 6]
        nonce = lab.nonce() if number % 4 else None
        report = lab.station.report(scales[number % 2], image, eat_nonce=nonce)
        found.append(lab.station.envelope(report))
    return found


def told(lab: Lab) -> list[tuple[object, ...]]:
    """Return what came of each report."""
    return [
        (row.seq, row.status, row.verdict, row.counts, row.level, tuple(row.reasons), row.fresh)
        for row in lab.all_evidence()
    ]


def test_a_batch_comes_to_what_single_deliveries_come_to(any_url: str, lab: Lab) -> None:
    """The same verdicts, findings and to-dos, an entry each; the ledger agrees with the rows."""
    assert any_url
    for image in (HONEST, CHEATING):
        lab.read(image)
    reports = mixed(lab)
    before = entries_of(lab)
    answer = lab.call("POST", "/evidence", {"items": reports})
    assert {item["status"] for item in answer.get_json()["items"]} == {201}
    assert entries_of(lab) == before + REPORTS
    assert lab.ledger_problems() == []


def test_one_by_one_and_together_say_the_same(lab: Lab) -> None:
    """Judged in order, each by what stands after the one before it."""
    reports = mixed(lab)
    for envelope in reports[: REPORTS // 2]:
        assert lab.call("POST", "/evidence", envelope).status_code == 201
    single = told(lab)
    again = lab.call("POST", "/evidence", {"items": reports})
    statuses = [item["status"] for item in again.get_json()["items"]]
    assert statuses == [200] * (REPORTS // 2) + [201] * (REPORTS // 2)
    assert told(lab)[: len(single)] == single
    assert lab.ledger_problems() == []


def test_a_batch_asks_the_database_no_more_than_one_report(lab: Lab) -> None:
    """A few dozen statements, however many reports."""
    lab.read(HONEST)
    counts = []
    for size in (1, 60):
        items = [
            lab.station.envelope(lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce()))
            for _ in range(size)
        ]
        asked: list[str] = []
        note = lambda _c, _u, text, *_more, asked=asked: asked.append(text)  # noqa: E731
        event.listen(lab.work.database.engine, "before_cursor_execute", note)
        assert lab.call("POST", "/evidence", {"items": items}).status_code == 200
        event.remove(lab.work.database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 3 <= 35


def test_a_report_that_makes_us_stumble_costs_the_others_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is taken back and its reports go one by one; this one is not lost either."""
    items = [lab.station.envelope(lab.station.report(lab.scale, HONEST)) for _ in range(5)]
    bad, real = lab.station.seq - 2, effects._write_verdict  # noqa: SLF001 - what stumbles

    def stumble(evidence: Evidence, *more: object) -> None:
        if evidence.seq == bad:
            raise ZeroDivisionError
        real(evidence, *more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(effects, "_write_verdict", stumble)
    answer = lab.call("POST", "/evidence", {"items": items}).get_json()["items"]
    assert [item["status"] for item in answer] == [201, 201, 503, 201, 201]
    assert len(lab.all_evidence()) == 4
    monkeypatch.undo()
    again = lab.call("POST", "/evidence", {"items": items}).get_json()["items"]
    assert [item["status"] for item in again] == [200, 200, 201, 200, 200]
    assert lab.ledger_problems() == []


def test_a_database_that_fails_is_no_opinion(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is taken in, and what stands still stands; an error of ours would end a match."""
    standing = lab.read(HONEST)

    def fail(*_: object) -> None:
        raise OperationalError("select", {}, Exception("disk I/O error"))

    monkeypatch.setattr(judging, "judging_references", fail)
    answer = lab.deliver(lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce()))
    assert answer.status_code == 503
    assert len(lab.all_evidence()) == 1
    assert lab.scale_now().standing_evidence_id == standing.id

    def break_down(*_: object) -> None:
        raise ProgrammingError("select", {}, Exception("no such column"))

    monkeypatch.setattr(judging, "judging_references", break_down)
    assert lab.deliver(lab.station.report(lab.scale, HONEST)).status_code == 500
    assert len(lab.all_evidence()) == 1


def test_an_image_that_is_here_changes_nothing_when_it_comes_again(lab: Lab) -> None:
    """No entry, no new judgement: also of a reading that no image explains."""
    lab.deliver(lab.station.report(lab.scale, CHEATING, verdict="inconsistent"))
    assert lab.send_image(CHEATING).status_code == 201
    before, seen = entries_of(lab), told(lab)
    for _ in range(3):
        assert lab.send_image(CHEATING).status_code == 200
    assert (entries_of(lab), told(lab)) == (before, seen)


def test_what_came_before_a_crash_is_judged_when_the_image_comes_again(lab: Lab) -> None:
    """Stored, and nobody judged: the second sending does it."""
    lab.deliver(lab.station.report(lab.scale, CALIBRATED))
    lab.work.blobs.put(CALIBRATED)
    assert lab.all_evidence()[-1].verdict is None
    assert lab.send_image(CALIBRATED).status_code == 200
    assert lab.all_evidence()[-1].verdict is not None


@pytest.mark.parametrize("length", [len(HONEST) - 1024, len(HONEST) + 1024])
def test_an_image_of_another_length_than_reported_is_refused(lab: Lab, length: int) -> None:
    """Its digest is right, so the report lies about what was read; nothing is kept."""
    report = lab.station.report(lab.scale, CHEATING)
    seen = report["measurements"][0]
    seen["length"] = length
    seen["pages"] = (seen["pages"] + ["0" * 64])[: length // 1024]
    assert lab.deliver(report).status_code == 201
    answer = lab.send_image(CHEATING)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "length_mismatch")
    assert not lab.work.blobs.has(seen["sha256"])


def test_several_stations_share_a_transaction(lab: Lab) -> None:
    """While one writes the others line up; the next takes them all, each by its own right."""
    with lab.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        others = [enrolled(session, place, None, f"站{number}") for number in range(3)]
    with lab.work.database.transaction():
        stations = [lab.station, *others]
        reports = [station.report(lab.scale, HONEST) for station in stations]
        answers: list[int] = []

        def send(number: int) -> None:
            found = lab.deliver(reports[number], stations[number])
            answers.append(found.status_code)
            assert payload(found.get_json())["evidence"] == reports[number]["uid"]

        threads = [threading.Thread(target=send, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert answers == [201] * 4
    assert {row.assigned for row in lab.all_evidence()} == {True, False}
    assert lab.ledger_problems() == []


def test_those_who_wait_are_served_together_and_a_failure_is_its_owners() -> None:
    """The second in line works for all behind it; what fails alone is told to that one only."""
    served: list[list[int]] = []
    first_in, go = threading.Event(), threading.Event()

    def work(items: Sequence[int]) -> list[int]:
        served.append(list(items))
        if items[0] == 0:
            first_in.set()
            go.wait(120)
        if 13 in items:
            raise ZeroDivisionError
        return [item * 2 for item in items]

    combiner: Combiner[int, int] = Combiner(100)
    answers: dict[int, object] = {}

    def ask(item: int) -> None:
        try:
            answers[item] = combiner.do([item], work)
        except ZeroDivisionError:
            answers[item] = "failed"

    threads = [threading.Thread(target=ask, args=[0])]
    threads[0].start()
    assert first_in.wait(120)
    for place, item in enumerate((1, 13, 2), 1):
        threads.append(threading.Thread(target=ask, args=[item]))
        threads[-1].start()
        until(lambda place=place: len(combiner._waiting) == place)  # type: ignore[misc] # noqa: SLF001
    go.set()
    for thread in threads:
        thread.join()
    assert answers == {0: [0], 1: [2], 13: "failed", 2: [4]}
    assert served[:2] == [[0], [1, 13, 2]]


def test_a_full_intake_says_when_to_come_again() -> None:
    """Places to work, places to wait; then a refusal at once, and room again afterwards."""
    places = Places(1, 0)
    with places.place():
        with pytest.raises(IntakeFullError) as refused, places.place():
            pass
        assert 2 <= refused.value.facts["retry_after"] < 8
    with Places(1, 1).place() as _, places.place():
        pass
    patient = Places(1, 1)
    with patient.place(), pytest.raises(IntakeFullError), patient.place(patience_s=0.01):
        pass


def test_a_part_that_changes_between_gathered_acts_is_refused(lab: Lab) -> None:
    """Its digest would be that of before: nothing is written."""
    with lab.work.database.transaction() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == lab.scale)).one()
        with act(session, scale, "seal_recorded", by=SYSTEM, at=utcnow()):
            session.add(lead_seal_of(scale))
    with pytest.raises(RuntimeError, match="change none"):
        break_seal(lab)
    assert lab.ledger_problems() == []


def break_seal(lab: Lab) -> None:
    """Break the seal in a gathered act."""
    with (
        lab.work.database.transaction() as session,
        gathered(session, entries.lock(session)),
    ):
        scale = session.scalars(select(Scale).where(Scale.uid == lab.scale)).one()
        with act(session, scale, "note", by=SYSTEM, at=utcnow()):
            scale.seals[0].state = SealState.BROKEN


def test_parts_added_by_gathered_acts_are_told(lab: Lab) -> None:
    """A seal in the second act is in the digest of the second and third."""
    with (
        lab.work.database.transaction() as session,
        gathered(session, entries.lock(session)),
    ):
        scale = session.scalars(select(Scale).where(Scale.uid == lab.scale)).one()
        for number in range(3):
            with act(session, scale, "seal_recorded", by=SYSTEM, at=utcnow()):
                if number:
                    session.add(lead_seal_of(scale))
    assert lab.ledger_problems() == []
