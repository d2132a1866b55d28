"""Stations: one code, one machine; scales on ports; work handed out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attest import api_agent, nonces, queries, showing, stations, tasks, wire
from app.crypto import dsse
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.stations import StationHealth
from app.domain.tasks import TaskState
from app.domain.verdicts import NonceState
from app.ledger.door import SYSTEM
from app.models import LedgerEntry, Place, Scale, Station, StationScale, Task
from tests.attest.lab import HONEST, Lab, enrolled, payload
from tests.support import makers


def fresh(lab: Lab, name: str = "新台") -> str:
    """Return the code of a station that has not enrolled."""
    with lab.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        return stations.create(session, place, name, by=SYSTEM, at=utcnow())[1]


def introduction(code: str) -> dict[str, Any]:
    """Return what a machine says to enrol."""
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    return {"code": code, "alg": "Ed25519", "public_key": public, "agent": "scale-agent/0.1.0"}


def test_a_code_enrols_one_machine(lab: Lab) -> None:
    """The answer is as its schema says, and the second machine is refused."""
    code = fresh(lab)
    answer = lab.call("POST", "/stations/enrol", introduction(code))
    assert answer.status_code == 201
    assert wire.problems("enrolled", answer.get_json()) == []
    again = lab.call("POST", "/stations/enrol", introduction(code))
    assert (again.status_code, again.get_json()["code"]) == (403, "enrolment_refused")


def test_twenty_machines_with_one_code_are_one_station(any_url: str, lab: Lab) -> None:
    """Whoever comes first; the others are refused, on both databases."""
    assert any_url
    code = fresh(lab)
    with ThreadPoolExecutor(10) as pool:
        found = pool.map(
            lambda _: lab.call("POST", "/stations/enrol", introduction(code)), range(20)
        )
    assert sorted(answer.status_code for answer in found) == [201] + [403] * 19
    assert lab.ledger_problems() == []


def test_a_code_may_be_typed_as_people_type(lab: Lab) -> None:
    """Small letters, without dashes, O for 0: it is read as it was meant."""
    code = fresh(lab).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert lab.call("POST", "/stations/enrol", introduction(code)).status_code == 201


def test_a_code_runs_out_after_a_day(lab: Lab) -> None:
    """Its last second still serves."""
    with lab.work.database.transaction() as session:
        at = utcnow()
        place = session.scalars(select(Place)).one()
        _station, code = stations.create(session, place, "台", by=SYSTEM, at=at)
        key = introduction("")["public_key"]
        late = at + timedelta(hours=24)
        with pytest.raises(stations.EnrolmentRefusedError):
            stations.enrol(session, code, key, "a", at=late)
        stations.enrol(session, code, key, "a", at=late - timedelta(seconds=1))


def test_a_new_code_voids_the_old_one(lab: Lab) -> None:
    """And once enrolled there is no other."""
    old = fresh(lab)
    with lab.work.database.transaction() as session:
        station = session.scalars(select(Station).where(Station.name == "新台")).one()
        new = stations.renew_code(session, station, by=SYSTEM, at=utcnow())
    assert lab.call("POST", "/stations/enrol", introduction(old)).status_code == 403
    assert lab.call("POST", "/stations/enrol", introduction(new)).status_code == 201
    with lab.work.database.transaction() as session:
        station = session.scalars(select(Station).where(Station.name == "新台")).one()
        with pytest.raises(stations.AlreadyEnrolledError):
            stations.renew_code(session, station, by=SYSTEM, at=utcnow())


def test_a_key_belongs_to_one_station(lab: Lab) -> None:
    """The same machine cannot be two stations."""
    public = lab.station.key.public_key().public_bytes_raw().hex()
    hello = {**introduction(fresh(lab)), "public_key": public}
    assert lab.call("POST", "/stations/enrol", hello).status_code == 403


@pytest.mark.parametrize("field", ["code", "alg", "public_key", "agent"])
def test_an_introduction_without_a_part_is_refused(lab: Lab, field: str) -> None:
    """By the published schema."""
    hello = introduction(fresh(lab))
    del hello[field]
    answer = lab.call("POST", "/stations/enrol", hello)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_request")


def test_secrets_are_kept_as_digests_only(lab: Lab) -> None:
    """Neither code nor token stands in the database or in the ledger."""
    code = fresh(lab)
    token = lab.call("POST", "/stations/enrol", introduction(code)).get_json()["token"]
    kept = repr([(row.code_digest, row.token_digest) for row in lab.all(Station)])
    kept += repr([row.data for row in lab.all(LedgerEntry)])
    assert token not in kept
    assert code not in kept


class TestAssigning:
    """Which scale is on which port."""

    def at(self, session: Session) -> tuple[Station, Scale]:
        """Return the station and the scale of the bench."""
        return session.scalars(select(Station)).one(), session.scalars(select(Scale)).one()

    def test_a_port_takes_one_scale(self, lab: Lab) -> None:
        """Another one has to go first."""
        other = lab.other_scale()
        with lab.work.database.transaction() as session:
            station = session.scalars(select(Station)).one()
            scale = session.scalars(select(Scale).where(Scale.uid == other)).one()
            with pytest.raises(stations.PortTakenError):
                stations.assign(session, station, scale, "bench-1", by=SYSTEM, at=utcnow())

    def test_a_scale_is_on_one_station(self, lab: Lab) -> None:
        """It is taken off the first before it is put on the second."""
        with lab.work.database.transaction() as session:
            _station, scale = self.at(session)
            two = enrolled(session, scale.place, None, "二号")
            station = session.scalars(select(Station).where(Station.uid == two.uid)).one()
            with pytest.raises(stations.AssignedElsewhereError):
                stations.assign(session, station, scale, "p", by=SYSTEM, at=utcnow())

    def test_moving_to_another_port_ends_the_first(self, lab: Lab) -> None:
        """One assignment at a time; the past stays on record."""
        with lab.work.database.transaction() as session:
            station, scale = self.at(session)
            for port in ("bench-2", "bench-2"):
                stations.assign(session, station, scale, port, by=SYSTEM, at=utcnow())
            assert [row.port for row in stations.assignments(session, station)] == ["bench-2"]
            assert len(session.scalars(select(StationScale)).all()) == 2

    def test_a_scale_of_another_region_is_out_of_reach(self, lab: Lab) -> None:
        """A station reads scales of the region its place lies in."""
        with lab.work.database.transaction() as session:
            station = session.scalars(select(Station)).one()
            place = makers.make_place(session, "/32/3206/320623/M07/", "别处")
            scale = makers.make_scale(session, place, makers.make_model(session, "B"), "S-7")
            with pytest.raises(stations.OutOfReachError):
                stations.assign(session, station, scale, "p", by=SYSTEM, at=utcnow())

    def test_a_revoked_station_lets_its_scales_go(self, lab: Lab) -> None:
        """They may be put on another one at once."""
        with lab.work.database.transaction() as session:
            station, scale = self.at(session)
            stations.revoke(session, station, by=SYSTEM, at=utcnow())
            found = stations.assigned(session, [station.id], [scale.id])
            assert found == {(station.id, scale.id): False}
            with pytest.raises(stations.StationRevokedError):
                stations.assign(session, station, scale, "p", by=SYSTEM, at=utcnow())


class TestTasks:
    """Asking, handing out, progress, the end."""

    def test_an_order_is_signed_and_says_what_to_do(self, lab: Lab) -> None:
        """As its schema says, by the key the station knows."""
        uid = lab.ask_reading()
        order = lab.call("GET", "/stations/me/tasks").get_json()["items"][0]
        raw = lab.work.keys.server.public_key().public_bytes_raw()
        dsse.Envelope.parse(order, dsse.TASK).verify(dsse.keyid(raw), raw)
        said = payload(order)
        assert wire.problems("task", said) == []
        assert (said["uid"], said["scale"], said["port"]) == (uid, lab.scale, "bench-1")
        assert (said["method"], said["length"], said["entry"]) == ("stk500v1", 32768, "dtr")
        assert lab.row(Task, uid).state is TaskState.RUNNING

    def test_an_unfinished_task_is_handed_out_again(self, lab: Lab) -> None:
        """The same order: a station that started anew has forgotten it."""
        lab.ask_reading()
        first, again = (lab.call("GET", "/stations/me/tasks").data for _ in range(2))
        assert first == again

    def test_asking_twice_is_one_task(self, lab: Lab) -> None:
        """The one that waits is returned."""
        assert lab.ask_reading() == lab.ask_reading()

    def test_a_scale_on_no_station_has_to_go_to_a_bench(self, lab: Lab) -> None:
        """The honest answer, not a task that nobody takes."""
        with lab.work.database.transaction() as session:
            row = session.scalars(select(StationScale)).one()
            stations.unassign(session, row, by=SYSTEM, at=utcnow())
        with pytest.raises(tasks.NoStationError):
            lab.ask_reading()

    def test_a_model_nobody_can_read_is_said_so(self, lab: Lab) -> None:
        """Before anything is asked of a station."""
        lab.change(lambda scale: setattr(scale.model, "profile", {}))
        with pytest.raises(tasks.NotReadableError):
            lab.ask_reading()

    def test_held_evidence_is_not_opened(self, lab: Lab) -> None:
        """A reading that opens the case waits for the hold's end; another one does not."""
        lab.change(lambda scale: setattr(scale, "hold_document", "通市监证〔2026〕7号"))
        lab.ask_reading()
        opens = {"protocol": "an3155", "opens_case": True}
        lab.change(lambda scale: setattr(scale.model, "profile", opens))
        with pytest.raises(tasks.EvidenceHeldError):
            lab.ask_reading()

    def test_a_hold_calls_off_what_waits_to_be_opened(self, lab: Lab) -> None:
        """Asked for before the hold: not handed out, with the reason; if it runs, it is over."""
        opens = {"protocol": "an3155", "opens_case": True}
        lab.change(lambda scale: setattr(scale.model, "profile", opens))
        uid = lab.ask_reading()
        assert len(lab.call("GET", "/stations/me/tasks").get_json()["items"]) == 1
        lab.change(lambda scale: setattr(scale, "hold_document", "通市监证〔2026〕7号"))
        told = {"state": "running", "pass": 1, "passes": 2, "bytes": 0, "total": 9}
        assert self.tell(lab, uid, told) == 410
        assert lab.call("GET", "/stations/me/tasks").get_json()["items"] == []
        task = lab.row(Task, uid)
        assert (task.state.value, task.result) == ("cancelled", {"error": "evidence_hold"})

    def test_a_hold_leaves_a_reading_from_outside_alone(self, lab: Lab) -> None:
        """The control: only what opens the case is called off."""
        lab.ask_reading()
        lab.change(lambda scale: setattr(scale, "hold_document", "通市监证〔2026〕7号"))
        assert len(lab.call("GET", "/stations/me/tasks").get_json()["items"]) == 1

    def test_progress_is_kept_once_a_second(self, lab: Lab) -> None:
        """More is heard and not written; the ledger hears nothing of it."""
        uid, before = lab.ask_reading(), len(lab.all(LedgerEntry))
        for done in (1024, 2048):
            told = {"state": "running", "pass": 1, "passes": 2, "bytes": done, "total": 32768}
            assert self.tell(lab, uid, told) == 204
        assert lab.row(Task, uid).progress["bytes"] == 1024
        assert len(lab.all(LedgerEntry)) == before

    def tell(self, lab: Lab, uid: str, told: dict[str, Any]) -> int:
        """Tell the server how far a reading is."""
        return lab.call("POST", f"/stations/me/tasks/{uid}/progress", told).status_code

    def test_a_cancelled_task_is_gone(self, lab: Lab) -> None:
        """The station learns it at its next word, and is not asked again."""
        uid = lab.ask_reading()
        with lab.work.database.transaction() as session:
            task = session.scalars(select(Task).where(Task.uid == uid)).one()
            tasks.cancel(session, task, at=utcnow())
        assert self.tell(lab, uid, {"state": "running"}) == 410
        assert self.tell(lab, new_uid(), {"state": "running"}) == 410
        assert lab.call("GET", "/stations/me/tasks").get_json() == {"items": []}

    def test_a_station_that_cannot_says_so(self, lab: Lab) -> None:
        """The task has failed, with the station's words."""
        uid = lab.ask_reading()
        assert self.tell(lab, uid, {"state": "failed", "message": "no such port"}) == 204
        task = lab.row(Task, uid)
        assert (task.state, task.result) == (TaskState.FAILED, {"error": "no such port"})

    def test_progress_of_another_form_is_refused(self, lab: Lab) -> None:
        """By the published schema."""
        assert self.tell(lab, lab.ask_reading(), {"state": "asleep"}) == 422

    def test_anothers_task_is_not_shown(self, lab: Lab) -> None:
        """Each station sees its own work."""
        uid = lab.ask_reading()
        with lab.work.database.transaction() as session:
            two = enrolled(session, session.scalars(select(Place)).one(), None, "二号")
        assert lab.call("GET", "/stations/me/tasks", station=two).get_json() == {"items": []}
        path = f"/stations/me/tasks/{uid}/progress"
        assert lab.call("POST", path, {"state": "running"}, two).status_code == 410

    def test_waiting_ends_when_work_comes(self, lab: Lab) -> None:
        """A long poll is answered within a second of the asking."""
        timer = threading.Timer(0.3, lab.ask_reading)
        timer.start()
        answer = lab.call("GET", "/stations/me/tasks?wait=20")
        timer.join()
        assert len(answer.get_json()["items"]) == 1

    def test_only_a_quarter_of_the_threads_may_wait(self, lab: Lab) -> None:
        """The others are answered at once, so that pages stay quick."""
        places = api_agent._places(lab.work.settings.threads // 4)  # noqa: SLF001 - the guard
        taken = [places.acquire(blocking=False) for _ in range(lab.work.settings.threads)]
        assert sum(taken) == lab.work.settings.threads // 4
        began = utcnow()
        assert lab.call("GET", "/stations/me/tasks?wait=20").get_json() == {"items": []}
        assert utcnow() - began < timedelta(seconds=15)
        for one in taken:
            if one:
                places.release()

    def test_a_running_task_does_not_end_the_waiting(self, lab: Lab) -> None:
        """Else a station that reads would ask without a pause."""
        lab.ask_reading()
        lab.call("GET", "/stations/me/tasks")
        began = utcnow()
        answer = lab.call("GET", "/stations/me/tasks?wait=1")
        assert utcnow() - began > timedelta(seconds=0.9)
        assert len(answer.get_json()["items"]) == 1


def test_a_challenge_of_the_book_runs_out(lab: Lab) -> None:
    """After 72 hours it vouches for nothing."""
    value = lab.nonce()
    with lab.work.database.reading() as session:
        nonce = nonces.find(session, [value])[value]
        late = utcnow() + timedelta(hours=72)
        assert nonces.state(nonce, value, None, utcnow()) is NonceState.BOOK
        assert nonces.state(nonce, value, None, late) is NonceState.STALE


@pytest.mark.parametrize("count", [0, 65, "1", None])
def test_a_book_has_at_most_64_pages(lab: Lab, count: object) -> None:
    """A number, and not another kind of thing."""
    assert lab.call("POST", "/stations/me/nonces", {"count": count}).status_code == 422


def test_health_is_what_the_server_hears(lab: Lab) -> None:
    """By our clock alone; the station's own is shown beside it."""
    lab.read(HONEST, iat=int(utcnow().timestamp()) - 5000)
    lab.read(HONEST, iat=int(utcnow().timestamp()) + 90)
    with lab.work.database.reading() as session:
        station = session.scalars(select(Station)).one()
        assert queries.clock_offset_s(session, station.id) in range(30, 91)
        at = utcnow()
        assert showing.health_of(station, at) is StationHealth.HEARD
        assert showing.health_of(station, at + timedelta(minutes=11)) is StationHealth.SILENT


def test_being_heard_is_noted_now_and_then(lab: Lab) -> None:
    """Not at every call, and not in the ledger; a silent station is silent no more."""
    with lab.work.database.transaction() as session:
        station = session.scalars(select(Station)).one()
        station.last_seen_at = utcnow() - timedelta(hours=1)
        station.silent_since = utcnow() - timedelta(minutes=50)
    before = len(lab.all(LedgerEntry))
    lab.call("GET", "/stations/me/tasks")
    station = lab.all(Station)[0]
    assert utcnow() - station.last_seen_at < timedelta(minutes=10)
    assert station.silent_since is None
    lab.call("GET", "/stations/me/tasks")
    assert lab.all(Station)[0].last_seen_at == station.last_seen_at
    assert len(lab.all(LedgerEntry)) == before


def test_a_persons_token_is_no_stations(lab: Lab) -> None:
    """Nor is an invented one, nor none."""
    stranger = replace(lab.station, token="wts-invented")
    assert lab.call("GET", "/stations/me/tasks", station=stranger).status_code == 401
    assert lab.app.test_client().get("/api/v1/stations/me/tasks").status_code == 401
