"""A body, its weights and its stock, from the pages and from programs."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.roles import Role
from app.ledger.door import SYSTEM, act
from app.models import Body, MarkLot, Person, Region, StandardWeight, StockDay
from tests.support.house import House
from tests.support.makers import COUNTY, make_region

KG = 1_000_000
BODY = {"region": COUNTY, "name": "通州区所", "authorisation_no": "法计 1"}


@dataclass(frozen=True, slots=True)
class Office:
    """A house with a body on record; its checker and its verifier are of the staff."""

    house: House
    body: str
    people: dict[Role, str]

    def post(self, role: Role, path: str, data: dict[str, str]) -> tuple[int, str]:
        """Return status and text of what ``role`` sends."""
        answer = self.house.page(role).post(path, data=data)
        return answer.status_code, answer.text

    def see(self, role: Role, path: str) -> str:
        """Return a page as ``role`` sees it."""
        answer = self.house.page(role).get(path)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def office(house: House) -> Office:
    """A body that a regulator put on record, with two of staff."""
    with house.writing() as session:
        if session.scalar(select(Region).where(Region.path == COUNTY)) is None:
            make_region(session)
        roles = (Role.VERIFIER, Role.CHECKER)
        logins = {role.value: role for role in roles}
        rows = session.scalars(select(Person).where(Person.login.in_(logins)))
        people = {logins[row.login]: row.uid for row in rows}
    page = house.page(Role.REGULATOR)
    answer = page.post("/verify/bodies", data=BODY)
    assert answer.status_code == 303
    body = answer.headers["Location"].rsplit("/", 1)[1]
    for uid in people.values():
        staff = {
            "staff_person": uid,
            "staff_item": "price_scales",
            "staff_certificate_no": "J-1",
            "staff_since": "2026-01-01",
            "staff_until": "2999-01-01",
        }
        assert page.post(f"/verify/bodies/{body}/staff", data=staff).status_code == 303
    return Office(house, body, people)


def new_weight(office: Office, **changes: str) -> tuple[int, str]:
    """Put a weight of 1 kg on record, as the checker."""
    data = {"new_body": office.body, "new_number": "1-1", "new_nominal": str(KG)}
    return office.post(Role.CHECKER, "/verify/weights", data | {"new_weight_class": "M1"} | changes)


def only_weight(office: Office) -> str:
    """Return the uid of the one weight."""
    with office.house.work.database.reading() as session:
        return session.scalars(select(StandardWeight.uid)).one()


def test_what_is_wrong_with_a_body_stands_at_its_field(office: Office) -> None:
    """The list on top leads to each, and what was typed is kept."""
    page = f"/verify/bodies/{office.body}"
    status, text = office.post(Role.REGULATOR, "/verify/bodies", BODY)
    assert status == 422
    assert 'href="#field-name"' in text
    status, text = office.post(
        Role.REGULATOR, f"{page}/regions", {"region_path": "/11/", "region_since": "soon"}
    )
    assert status == 422
    assert 'href="#field-region_path"' in text
    status, text = office.post(Role.CHECKER, f"{page}/standards", {"standard_max": "x"})
    assert status == 422
    assert 'href="#field-standard_max"' in text
    assert 'value="x"' in text


def test_only_its_own_staff_keeps_a_body(office: Office) -> None:
    """The signatory of the same county belongs to no body yet; a verifier keeps none."""
    page = f"/verify/bodies/{office.body}"
    standard = {"standard_name": "装置", "standard_certificate_no": "S-1"}
    standard |= {"standard_valid_until": "2999-01-01", "standard_max": "60"}
    assert office.post(Role.SIGNATORY, f"{page}/standards", standard)[0] == 403
    assert office.post(Role.VERIFIER, f"{page}/standards", standard)[0] == 403
    assert office.post(Role.CHECKER, page, {"body_name": "x"})[0] == 403
    assert office.post(Role.CHECKER, f"{page}/standards", standard)[0] == 303
    assert "S-1" in office.see(Role.AUDITOR, page)
    assert office.post(Role.SIGNATORY, "/verify/weights", {"new_body": office.body})[0] == 422
    data = {"new_body": office.body, "new_number": "9", "new_nominal": str(KG)}
    data["new_weight_class"] = "M1"
    assert office.post(Role.SIGNATORY, "/verify/weights", data)[0] == 403


def test_a_weight_gets_its_certificate_is_used_and_withdrawn(office: Office) -> None:
    """Its page says each time how it stands; the list filters by it."""
    assert new_weight(office)[0] == 303
    page = f"/verify/weights/{only_weight(office)}"
    assert "It has no certificate." in office.see(Role.VERIFIER, page)
    today = local_date(utcnow()).isoformat()
    paper = {"paper_certificate_no": "C-1", "paper_laboratory": "省计量院"}
    paper |= {"paper_calibrated_on": today, "paper_valid_until": "2999-01-01"}
    status, text = office.post(Role.CHECKER, f"{page}/certificates", paper | {"paper_error": "a"})
    assert status == 422
    assert 'href="#field-paper_error"' in text
    paper |= {"paper_result": "pass", "paper_error": "-1.25", "paper_uncertainty": "0.5"}
    assert office.post(Role.CHECKER, f"{page}/certificates", paper)[0] == 303
    text = office.see(Role.VERIFIER, page)
    assert "−1.25" in text
    assert "1.75" in text  # at most off by: 1.25 + 0.5
    assert "holds" in text
    gone = {"out_because": "damaged", "out_last_good_on": today}
    assert office.post(Role.VERIFIER, f"{page}/withdraw", {"out_because": ""})[0] == 422
    assert office.post(Role.VERIFIER, f"{page}/withdraw", gone)[0] == 303
    assert "It was withdrawn." in office.see(Role.VERIFIER, page)
    assert office.post(Role.VERIFIER, f"{page}/reinstate", {})[0] == 403
    assert "1-1" in office.see(Role.REGULATOR, "/verify/weights?show=withdrawn")
    assert ">1-1<" not in office.see(Role.REGULATOR, "/verify/weights")
    assert office.post(Role.CHECKER, f"{page}/reinstate", {})[0] == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"new_number": ""}, "new_number"),
        ({"new_nominal": "3"}, "new_nominal"),
        ({"new_weight_class": "M1-2"}, "new_nominal"),
        ({"new_weight_class": "Z"}, "new_weight_class"),
    ],
)
def test_a_weight_that_cannot_be_is_refused_at_its_field(
    office: Office, changes: dict[str, str], field: str
) -> None:
    """Nothing is on record."""
    status, text = new_weight(office, **changes)
    assert status == 422
    assert f'href="#field-{field}"' in text


def test_labels_go_from_the_shelf_to_the_day_s_end(office: Office) -> None:
    """Received, handed out, voided, given back, counted; each mistake stands at its field."""
    there, today = f"/verify/stock/{office.body}", local_date(utcnow()).isoformat()
    lot = {"lot_kind": "label", "lot_first": "F-01", "lot_last": "F-20", "lot_received_on": today}
    assert office.post(Role.VERIFIER, f"{there}/lots", lot)[0] == 403
    assert office.post(Role.CHECKER, f"{there}/lots", lot)[0] == 303
    status, text = office.post(Role.CHECKER, f"{there}/lots", lot)
    assert status == 422
    assert 'href="#field-lot_first"' in text
    with office.house.work.database.reading() as session:
        uid = session.scalars(select(MarkLot.uid)).one()
    run = {"issue_lot": uid, "issue_verifier": office.people[Role.VERIFIER]}
    run |= {"issue_first": "F-01", "issue_last": "F-05"}
    assert office.post(Role.CHECKER, f"{there}/issues", run)[0] == 303
    assert "F-06" in office.see(Role.CHECKER, "/verify/stock")
    bad = {"void_kind": "label", "void_number": "F-09", "void_because": "damaged"}
    status, text = office.post(Role.VERIFIER, f"{there}/voids", bad)
    assert status == 422
    assert 'href="#field-void_number"' in text
    assert office.post(Role.VERIFIER, f"{there}/voids", bad | {"void_number": "F-01"})[0] == 303
    back = {"back_kind": "label", "back_first": "F-04", "back_last": "F-05"}
    assert office.post(Role.VERIFIER, f"{there}/returns", back)[0] == 303
    count = {"count_label": "1", "count_lead_seal": "0"}
    assert office.post(Role.VERIFIER, f"{there}/counts", count | {"count_label": "-"})[0] == 422
    assert office.post(Role.VERIFIER, f"{there}/counts", count)[0] == 303
    text = office.see(Role.VERIFIER, "/verify/stock")
    assert "differs" in text
    assert "(-1)" in text
    assert office.post(Role.VERIFIER, f"{there}/counts", count)[0] == 422
    with office.house.work.database.reading() as session:
        assert session.scalars(select(StockDay)).one().counts["label"]["left"] == 2


def test_a_program_does_the_same_and_overwrites_nothing_it_has_not_read(office: Office) -> None:
    """The version read is named; another one is refused."""
    api = office.house.api
    weight = {"body": office.body, "number": "7", "weight_class": "F2", "nominal_mg": KG}
    made = api(Role.CHECKER, "/weights", weight)
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    paper = {"certificate_no": "C", "laboratory": "L"}
    paper |= {"calibrated_on": "2026-01-05", "valid_until": "2999-01-05"}
    old = api(Role.CHECKER, f"{path}/certificates", paper, If_Match='"999"')
    assert old.status_code == 412
    assert api(Role.CHECKER, f"{path}/certificates", paper).status_code == 201
    read = api(Role.AUDITOR, path).get_json()
    assert (read["why_not"], read["valid_until"]) == (None, "2999-01-05")
    gone = {"because": "lost", "last_good_on": "2026-01-05"}
    assert api(Role.VERIFIER, f"{path}/withdrawal", gone).get_json()["state"] == "withdrawn"
    assert api(Role.SIGNATORY, f"{path}/retirement", {}).status_code == 403
    lot = {"body": office.body, "kind": "lead_seal", "first": "Q1", "last": "Q9"}
    made = api(Role.CHECKER, "/labels", lot | {"received_on": "2026-01-05"})
    there = made.headers["Location"].removeprefix("/api/v1")
    run = {"person": office.people[Role.VERIFIER], "first": "Q2", "last": "Q4"}
    assert api(Role.CHECKER, f"{there}/issues", run).status_code == 201
    shelf = api(Role.AUDITOR, there).get_json()["shelf"]
    assert [(one["first"], one["last"]) for one in shelf] == [("Q1", "Q1"), ("Q5", "Q9")]
    void = {"kind": "lead_seal", "number": "Q2", "because": "lost"}
    assert api(Role.VERIFIER, "/labels/voids", void).status_code == 201
    again = api(Role.VERIFIER, "/labels/voids", void)
    assert (again.status_code, again.get_json()["code"]) == (409, "mark_voided")
    back = {"kind": "lead_seal", "first": "Q3", "last": "Q4"}
    assert len(api(Role.VERIFIER, "/labels/returns", back).get_json()["items"]) == 2
    count = api(Role.VERIFIER, "/labels/counts", {"body": office.body, "label": 0, "lead_seal": 0})
    assert count.get_json()["agrees"]
    assert len(api(Role.AUDITOR, f"{there}/marks").get_json()["items"]) == 3


def test_a_body_can_be_reached_by_the_menu(office: Office) -> None:
    """The verifier comes to the weights, the administrator to the bodies; what ends is told."""
    for role, where in ((Role.VERIFIER, "weights"), (Role.ADMIN, "bodies")):
        answer = office.house.page(role).get("/verify/standards")
        assert re.search(f"/verify/{where}$", answer.headers["Location"])
    with office.house.writing() as session:
        body = session.scalars(select(Body)).one()
        with act(session, body, "body_amended", by=SYSTEM, at=utcnow()):
            body.authorised_until = local_date(utcnow()) - timedelta(days=1)
    for path in ("/verify/worksheets", "/verify/signing", "/verify/weights"):
        assert "/verify/standards/ending" in office.see(Role.VERIFIER, path)
    assert BODY["authorisation_no"] in office.see(Role.VERIFIER, "/verify/standards/ending")
    with office.house.work.database.reading() as session:
        assert session.scalars(select(Body)).one().staff
