"""Papers on pages and by program: issued, taken out, replaced, revoked, looked up by anybody."""

from sqlalchemy import select

from app.domain.roles import Role
from app.models import Certificate, Verification
from tests.support.house import House
from tests.support.proof import fresh_code
from tests.verify.test_signing_pages import STEPS, sign, written


def verified(house: House) -> tuple[str, str]:
    """Let one scale pass and one fail; return their verifications."""
    uids = written(house)
    for role in STEPS:
        sign(house, role, uids)
    with house.work.database.reading() as session:
        rows = session.scalars(select(Verification).order_by(Verification.id)).all()
        found = {row.result.value: row.uid for row in rows}
    return found["pass"], found["fail"]


def papers(house: House) -> list[Certificate]:
    """Return the papers there are."""
    with house.work.database.reading() as session:
        return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def test_a_certificate_is_issued_on_request_and_taken_out(house: House) -> None:
    """From the page of its verification; a failure has its notice already."""
    passed, failed = verified(house)
    assert [one.kind.value for one in papers(house)] == ["rejection_notice"]
    client, there = house.page(Role.CHECKER), f"/verify/verifications/{passed}"
    assert "No certificate was issued yet" in client.get(there).text
    assert client.post(f"{there}/papers").status_code == 303
    page = client.get(there).text
    assert "JD-2026-000001" in page or "JD-" in page
    paper = papers(house)[1]
    for what, begin in (("pdf", b"%PDF-1.7"), ("dcc", b"<?xml"), ("record", b"{")):
        answer = client.get(f"/verify/papers/{paper.uid}/{what}")
        assert answer.data.startswith(begin), what
        assert paper.number in answer.headers["Content-Disposition"]
    assert "rejection notice" in client.get(f"/verify/verifications/{failed}").text
    story = house.page(Role.MANAGER).get(f"/manage/scales/{paper_scale(house, paper)}").text
    assert f"{paper.number} was issued." in story


def paper_scale(house: House, paper: Certificate) -> str:
    """Return the uid of the scale a paper is about."""
    rows = house.api(Role.AUDITOR, f"/certificates/{paper.uid}").get_json()
    return str(rows["scale"])


def test_whoever_holds_a_paper_learns_whether_it_stands(house: House) -> None:
    """Genuine, replaced, revoked, unknown; no name, no finding, no reason."""
    passed, failed = verified(house)
    client, there = house.page(Role.SIGNATORY), f"/verify/verifications/{passed}"
    client.post(f"{there}/papers")
    notice, first = papers(house)
    anybody = house.app.test_client()
    page = anybody.get(f"/c/{first.uid}?lang=en").text
    assert "This paper is genuine" in page
    assert first.number in page
    client.post(f"{there}/papers", data={"anew": "1"})
    assert "This paper was replaced" in anybody.get(f"/c/{first.uid}?lang=en").text
    newest = papers(house)[-1]
    answer = client.post(
        f"/verify/papers/{newest.uid}/revoke",
        data={"code": fresh_code(house.work, "signatory")},
    )
    assert answer.status_code == 303
    assert "This paper was revoked" in anybody.get(f"/c/{newest.uid}?lang=en").text
    told = anybody.get(f"/c/{notice.uid}?lang=en").text
    for word in ("weighing", "fail", "verifier", "rejection"):
        assert word not in told.split("<main")[1].lower().replace("verification", "")
    unknown = anybody.get(f"/c/{failed}?lang=en")
    assert (unknown.status_code, "There is no such paper" in unknown.text) == (404, True)


def test_a_program_issues_reads_and_takes_papers_and_revokes_none(house: House) -> None:
    """The collection `certificates`; a token shows no person."""
    passed, _failed = verified(house)
    made = house.api(Role.VERIFIER, "/certificates", {"verification": passed})
    assert (made.status_code, made.get_json()["state"]) == (201, "genuine")
    uid = made.get_json()["id"]
    assert (
        house.api(Role.VERIFIER, "/certificates", {"verification": passed}).get_json()["id"] == uid
    )
    listed = house.api(Role.MANAGER, "/certificates?kind=certificate").get_json()["items"]
    assert [one["id"] for one in listed] == [uid]
    assert house.api(Role.MANAGER, f"/certificates/{uid}/pdf").data.startswith(b"%PDF")
    assert house.api(Role.MANAGER, f"/certificates/{uid}/dcc").data.startswith(b"<?xml")
    assert "payload" in house.api(Role.MANAGER, f"/certificates/{uid}/record").get_json()
    revoked = house.api(Role.SIGNATORY, f"/certificates/{uid}/revoke", {})
    assert revoked.get_json()["code"] == "step_up_required"
    refused = house.api(Role.MANAGER, "/certificates", {"verification": passed})
    assert refused.status_code == 403
