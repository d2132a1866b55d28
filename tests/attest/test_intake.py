"""Taking evidence in: every refusal, every repetition, and exactly one effect."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.attest import stations
from app.crypto import dsse
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.verdicts import Verdict
from app.ledger import checkpoints
from app.ledger.door import SYSTEM
from app.models import Evidence, LedgerEntry, Place, Scale, ScaleEvent, Station
from tests.attest.lab import CALIBRATED, CHEATING, HONEST, Lab, enrolled, payload
from tests.support import makers

BUSY = 503
ELSEWHERE = "/32/3206/320623/320623001/M09/"


def code(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal."""
    assert answer.content_type == "application/problem+json"
    return answer.status_code, str(answer.get_json()["code"])


def test_the_receipt_is_signed_and_names_the_bytes(lab: Lab) -> None:
    """It binds evidence, station and digest, and takes the newest checkpoint along."""
    with lab.work.database.transaction() as session:
        checkpoints.sign(session, lab.work.keys.server, at=utcnow())
    report = lab.station.report(lab.scale, HONEST)
    envelope = lab.station.envelope(report)
    answer = lab.call("POST", "/evidence", envelope)
    assert answer.status_code == 201
    raw = lab.work.keys.server.public_key().public_bytes_raw()
    sealed = dsse.Envelope.parse(answer.get_json(), dsse.RECEIPT)
    receipt = json.loads(sealed.verify(dsse.keyid(raw), raw))
    assert (receipt["evidence"], receipt["station"]) == (report["uid"], lab.station.uid)
    assert receipt["checkpoint"]["size"] > 0
    stored = lab.all_evidence()[-1]
    assert receipt["sha256"] == stored.payload_sha256
    assert json.loads(stored.envelope) == envelope


def test_the_same_report_gets_the_same_receipt_byte_for_byte(lab: Lab) -> None:
    """Delivered again after more was written: the receipt is the first one's."""
    envelope = lab.station.envelope(lab.station.report(lab.scale, HONEST))
    first = lab.call("POST", "/evidence", envelope)
    lab.read(HONEST)
    again = lab.call("POST", "/evidence", envelope)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data


def test_other_bytes_under_the_same_id_are_refused(lab: Lab) -> None:
    """The first stays as it is."""
    report = lab.station.report(lab.scale, HONEST)
    lab.deliver(report)
    assert code(lab.deliver({**report, "iat": 5})) == (409, "evidence_conflict")
    assert len(lab.all_evidence()) == 1


def test_another_report_under_the_same_number_is_refused(lab: Lab) -> None:
    """A station's sequence has no two reports of one number."""
    report = lab.station.report(lab.scale, HONEST)
    lab.deliver(report)
    assert code(lab.deliver({**report, "uid": new_uid()})) == (409, "sequence_conflict")


def test_a_foreign_key_is_refused(lab: Lab) -> None:
    """Signed by somebody else, and by somebody else under the station's key id."""
    report, other = lab.station.report(lab.scale, HONEST), Ed25519PrivateKey.generate()
    foreign = dsse.sign(other, dsse.EVIDENCE, report)
    assert code(lab.call("POST", "/evidence", foreign)) == (403, "bad_signature")
    foreign["signatures"][0]["keyid"] = lab.station.envelope(report)["signatures"][0]["keyid"]
    assert code(lab.call("POST", "/evidence", foreign)) == (403, "bad_signature")
    assert lab.all_evidence() == []


def test_an_altered_payload_is_refused(lab: Lab) -> None:
    """The signature stands over the bytes as sent."""
    envelope = lab.station.envelope(lab.station.report(lab.scale, CHEATING))
    said = base64.b64decode(envelope["payload"]).replace(b'"read"', b'"none"')
    envelope["payload"] = base64.b64encode(said).decode()
    assert code(lab.call("POST", "/evidence", envelope)) == (403, "bad_signature")


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"payload": "", "payloadType": dsse.EVIDENCE, "signatures": []},
        {
            "payload": "***",
            "payloadType": dsse.EVIDENCE,
            "signatures": [{"keyid": "0" * 16, "sig": ""}],
        },
        {
            "payload": "e30=",
            "payloadType": dsse.TASK,
            "signatures": [{"keyid": "0" * 16, "sig": ""}],
        },
    ],
)
def test_what_is_no_envelope_of_evidence_is_refused(lab: Lab, envelope: dict[str, Any]) -> None:
    """Empty, unsigned, not base64, of another type."""
    assert code(lab.call("POST", "/evidence", envelope)) == (400, "bad_envelope")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seq": 0}, "seq"),
        ({"verdict": "match"}, "verdict"),
        ({"level": 5}, ""),
        ({"facts": {"passes": 1.5}}, "facts.passes"),
        ({"iat": 2**53}, "iat"),
        ({"station": "7"}, "station"),
    ],
)
def test_a_signed_report_of_another_form_is_refused_with_its_fields(
    lab: Lab, changes: dict[str, Any], field: str
) -> None:
    """The answer says where, and repeats nothing of what was sent."""
    answer = lab.deliver(lab.station.report(lab.scale, HONEST, **changes))
    assert code(answer) == (422, "evidence_invalid")
    assert field in {error["field"] for error in answer.get_json()["errors"]}


def test_pages_that_do_not_add_up_are_refused(lab: Lab) -> None:
    """What no schema can say is checked as well."""
    report = lab.station.report(lab.scale, HONEST)
    report["measurements"][0]["pages"].pop()
    answer = lab.deliver(report)
    assert code(answer) == (422, "evidence_invalid")
    assert answer.get_json()["errors"][0]["field"] == "measurements.0.pages"
    report["measurements"] = [report["measurements"][0]] * 2
    assert code(lab.deliver(report)) == (422, "evidence_invalid")


def test_a_key_given_twice_is_refused(lab: Lab) -> None:
    """What one program reads as read and another as unreadable is no evidence."""
    text = json.dumps(lab.station.report(lab.scale, HONEST))[:-1] + ',"verdict":"unreadable"}'
    signature = lab.station.key.sign(dsse.pae(dsse.EVIDENCE, text.encode()))
    envelope = lab.station.envelope({})
    envelope["payload"] = base64.b64encode(text.encode()).decode()
    envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    assert code(lab.call("POST", "/evidence", envelope)) == (422, "evidence_invalid")


def test_a_report_in_anothers_name_is_refused(lab: Lab) -> None:
    """The station signs what it says of itself; it is not another one."""
    report = lab.station.report(lab.scale, HONEST, station=new_uid())
    assert code(lab.deliver(report)) == (403, "foreign_station")


def test_a_scale_of_another_region_is_unknown_like_one_that_is_not(lab: Lab) -> None:
    """A station does not learn what lies elsewhere."""
    with lab.work.database.transaction() as session:
        place = makers.make_place(session, ELSEWHERE, "别处市场")
        far = makers.make_scale(session, place, makers.make_model(session, "ACS-6"), "SN-9").uid
    for scale in (new_uid(), far):
        assert code(lab.deliver(lab.station.report(scale, HONEST))) == (404, "unknown_scale")


@pytest.mark.parametrize("iat", [0, 1, 2**53 - 1])
def test_a_wrong_clock_is_noted_and_never_refused(lab: Lab, iat: int) -> None:
    """The challenge says when the reading was made, whatever the station's clock says."""
    found = lab.read(HONEST, iat=iat)
    assert found.clock_offset_s == iat - int(found.received_at.timestamp())
    assert abs((found.taken_at - found.received_at).total_seconds()) < 60
    assert (found.verdict, found.counts) == (Verdict.MATCH, True)


def test_a_station_not_assigned_changes_nothing_that_stands(lab: Lab) -> None:
    """Its evidence is kept, its accusation becomes a to-do, the scale stays in service."""
    standing = lab.read(HONEST)
    with lab.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        other = enrolled(session, place, None, "另一台")
    answer = lab.deliver(other.report(lab.scale, CHEATING), other)
    assert answer.status_code == 201
    kept = lab.all_evidence()[-1]
    assert (kept.verdict, kept.counts, kept.assigned) == (Verdict.MISMATCH, False, False)
    scale = lab.scale_now()
    assert (scale.state.value, scale.standing_evidence_id) == ("in_service", standing.id)
    assert lab.findings() == []
    assert [task.kind for task in lab.to_dos()] == ["evidence_unassigned"]


def test_a_challenge_serves_once(lab: Lab) -> None:
    """Replayed with new evidence it vouches for nothing, and no match stands on it."""
    nonce = lab.nonce()
    first = lab.read(HONEST, eat_nonce=nonce)
    again = lab.read(HONEST, eat_nonce=nonce)
    assert (first.fresh, again.fresh) == (True, False)
    assert (again.verdict, again.counts) == (Verdict.MATCH, False)
    assert lab.scale_now().standing_evidence_id == first.id


def test_anothers_challenge_and_an_invented_one_vouch_for_nothing(lab: Lab) -> None:
    """Nor does a task's challenge in a report that does not name the task."""
    with lab.work.database.transaction() as session:
        place = session.scalars(select(Place)).one()
        other = enrolled(session, place, None, "另一台")
    theirs = lab.call("POST", "/stations/me/nonces", {"count": 1}, other).get_json()["items"][0]
    lab.ask_reading()
    task = lab.call("GET", "/stations/me/tasks").get_json()["items"][0]
    for nonce in (theirs["nonce"], "00" * 16, payload(task)["nonce"]):
        assert not lab.read(HONEST, eat_nonce=nonce).fresh


def test_bad_news_counts_without_a_challenge(lab: Lab) -> None:
    """A reading of last week's outage improves nothing, but a difference is a difference."""
    assert not lab.read(HONEST, fresh=False).counts
    found = lab.read(CHEATING, fresh=False)
    assert (found.verdict, found.counts) == (Verdict.MISMATCH, True)
    assert lab.scale_now().state.value == "suspended"


def test_an_older_report_does_not_improve_what_a_newer_one_found(lab: Lab) -> None:
    """The station's own sequence orders them, in whatever order they come."""
    early = lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce())
    late = lab.read(None, verdict="unreadable")
    assert lab.deliver(early).status_code == 201
    assert lab.scale_now().standing_evidence_id == late.id


def test_a_batch_answers_each_item_by_itself(lab: Lab) -> None:
    """One bad record costs the others nothing."""
    good, twin = (lab.station.report(lab.scale, HONEST) for _ in range(2))
    bad = lab.station.report(new_uid(), HONEST)
    items = [
        lab.station.envelope(good),
        {"payload": "e30="},
        lab.station.envelope(bad),
        lab.station.envelope({**twin, "station": new_uid()}),
        lab.station.envelope(good),
        lab.station.envelope(twin),
        7,
    ]
    answer = lab.call("POST", "/evidence", {"items": items})
    assert answer.status_code == 200
    found = answer.get_json()["items"]
    assert [item["status"] for item in found] == [201, 400, 404, 403, 200, 201, 400]
    assert found[0]["receipt"] == found[4]["receipt"]
    assert found[2]["problem"]["code"] == "unknown_scale"
    assert len(lab.all_evidence()) == 2
    assert lab.ledger_problems() == []


def test_a_batch_has_a_limit(lab: Lab) -> None:
    """A hundred, not more; and a list, not a mapping."""
    many = {"items": [{}] * 101}
    assert code(lab.call("POST", "/evidence", many)) == (422, "too_many_items")
    assert code(lab.call("POST", "/evidence", {"items": {}})) == (422, "too_many_items")


def test_fifty_at_once_have_one_effect(any_url: str, lab: Lab) -> None:
    """One row, one entry, one event; fifty times the same receipt."""
    assert any_url
    envelope = lab.station.envelope(lab.station.report(lab.scale, CHEATING, eat_nonce=lab.nonce()))
    before = entries(lab)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: until_served(lab, envelope), range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.data for answer in answers}) == 1
    assert (len(lab.all_evidence()), len(lab.findings())) == (1, 1)
    assert entries(lab) == before + 1
    assert lab.ledger_problems() == []


def until_served(lab: Lab, envelope: dict[str, Any]) -> TestResponse:
    """Deliver, again and again while there is no place."""
    while True:
        answer = lab.call("POST", "/evidence", envelope)
        if answer.status_code != BUSY:
            return answer
        assert code(answer) == (503, "intake_full")
        assert 0 < int(answer.headers["Retry-After"]) < 10
        time.sleep(0.05)


def entries(lab: Lab) -> int:
    """Return how long the ledger is."""
    with lab.work.database.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_a_revoked_station_is_a_stranger(lab: Lab) -> None:
    """Its token is void at once."""
    with lab.work.database.transaction() as session:
        station = session.scalars(select(Station)).one()
        stations.revoke(session, station, by=SYSTEM, at=utcnow())
    answer = lab.deliver(lab.station.report(lab.scale, HONEST))
    assert code(answer) == (401, "not_signed_in")


def test_images_are_taken_from_who_reported_them(lab: Lab) -> None:
    """Nobody stores what nobody asked for."""
    assert code(lab.send_image(CHEATING)) == (404, "blob_unwanted")
    lab.deliver(lab.station.report(lab.scale, CHEATING))
    with lab.work.database.transaction() as session:
        other = enrolled(session, session.scalars(select(Place)).one(), None, "另一台")
    assert code(lab.send_image(CHEATING, other)) == (404, "blob_unwanted")
    assert lab.send_image(CHEATING).status_code == 201
    assert lab.send_image(CHEATING).status_code == 200


def test_other_bytes_than_announced_are_not_kept(lab: Lab) -> None:
    """Cut off, or altered on the way: nothing of it stays."""
    lab.deliver(lab.station.report(lab.scale, CALIBRATED))
    digest = lab.all_evidence()[-1].sha256
    for data, said in [
        (CALIBRATED[:-1], "length_mismatch"),
        (CHEATING, "digest_mismatch"),
        (b"", "digest_mismatch"),
    ]:
        answer = lab.call("PUT", f"/blobs/{digest}", data, content_type="application/octet-stream")
        assert code(answer) == (422, said)
    assert not lab.work.blobs.has(digest)
    assert lab.all_evidence()[-1].verdict is None


def test_an_image_beyond_any_memory_is_refused_early(lab: Lab) -> None:
    """By its announced length, before a byte of it is stored."""
    lab.deliver(lab.station.report(lab.scale, CHEATING))
    digest = lab.all_evidence()[-1].sha256
    huge = bytes(16 * 1024 * 1024 + 1)
    answer = lab.call("PUT", f"/blobs/{digest}", huge, content_type="application/octet-stream")
    assert code(answer) == (422, "length_mismatch")


def test_every_report_is_told_in_the_scales_story(lab: Lab) -> None:
    """With the digest under which the ledger finds any later change of the row."""
    lab.read(HONEST)
    lab.read(CALIBRATED)
    assert lab.ledger_problems() == []
    with lab.work.database.transaction() as session:
        session.scalars(select(Evidence)).first().level = 5  # type: ignore[union-attr]
    assert [found.code for found in lab.ledger_problems()] == ["row_altered"]
    with lab.work.database.reading() as session:
        scale = session.scalars(select(Scale)).one()
        told = session.scalars(select(ScaleEvent).where(ScaleEvent.scale_id == scale.id)).all()
    assert told[-1].details["verdict"] == "inconsistent"
