"""Cards of stalls, staff and weights: given out, printed, scanned by a stranger, voided."""

from datetime import date

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.crypto import tags
from app.crypto.tags import TagKind
from app.db.ids import new_uid
from app.domain.roles import Role
from app.domain.standards import WeightClass
from app.ledger.verify import problems
from app.models import Body, Code, Grant, Qualification, StandardWeight
from app.portal import service
from tests.support.house import House, deploy
from tests.support.makers import COUNTY, MARKET, make_region, recorded

JSON = {"Accept": "application/json"}


def cards(house: House) -> list[Code]:
    """Return the tags that hang on no scale, the oldest first."""
    with house.work.database.reading() as session:
        rows = session.scalars(select(Code).where(Code.scale_id.is_(None)).order_by(Code.id))
        return list(rows)


def text_of(house: House, card: Code) -> str:
    """Return what stands behind /t/ in the printed code."""
    base = house.work.settings.base_url
    return service.address(card, house.work.keys.tag, base).rsplit("/", 1)[1]


def stall_card(house: House) -> Code:
    """Make the card of the stall through the page, and return it."""
    assert house.page(Role.MANAGER).post(f"/tags/stalls/{house.stall}").status_code == 303
    return cards(house)[-1]


def role_of(house: House, login: str) -> str:
    """Return the uid of the role of somebody."""
    with house.work.database.reading() as session:
        return session.scalars(select(Grant.uid).where(Grant.role == login)).one()


def staff_card(house: House, login: str = "inspector") -> Code:
    """Make somebody's card through the page, and return it."""
    answer = house.page(Role.ADMIN).post(f"/tags/staff/{role_of(house, login)}")
    assert answer.status_code == 303
    return cards(house)[-1]


def weight_card(house: House) -> Code:
    """Make the tag of a standard weight through the page, and return it."""
    with house.writing() as session:
        body = Body(uid=new_uid(), path=COUNTY, name="通州区计量检定所")
        recorded(session, body)
        weight = StandardWeight(
            uid=new_uid(),
            path=COUNTY,
            body_id=body.id,
            number="F-12",
            weight_class=WeightClass.M1,
            nominal_mg=1_000_000,
        )
        recorded(session, weight)
        uid = weight.uid
    for _again in range(2):  # the second time only leads to the printer
        assert house.page(Role.VERIFIER).post(f"/tags/weights/{uid}").status_code == 303
    (card,) = cards(house)
    return card


def printed(client: FlaskClient, kind: str, **query: str) -> tuple[str, set[str]]:
    """Return the words of the PDF, and what its codes hold."""
    answer = client.get(f"/tags/cards/{kind}.pdf", query_string=query)
    page = pypdfium2.PdfDocument(answer.data)[0]
    picture = page.render(scale=200 / 72).to_pil()
    words = page.get_textpage().get_text_range()
    return words, {code.text for code in zxingcpp.read_barcodes(picture)}


def intact(session: Session, house: House) -> bool:
    """Return whether the ledger verifies."""
    return not list(problems(session, house.work.keys.server.public_key()))


def test_a_stall_s_card_is_large_and_leads_a_shopper_to_the_scale_that_serves(
    house: House,
) -> None:
    """Made, printed, read back by an independent decoder; the trader is told to nobody."""
    deploy(house)
    with house.writing() as session:
        service.issue(session, session.merge(house.row()), by="system", at=house.row().created_at)
    card = stall_card(house)
    words, codes = printed(house.page(Role.MANAGER), "stalls", place=MARKET)
    assert codes == {service.address(card, house.work.keys.tag, house.work.settings.base_url)}
    assert "A-01" in words
    assert "城东农贸市场" in words
    shopper = house.app.test_client()
    found = shopper.get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
    assert (found["code"], found["genuine"], found["registered"]) == ("tag_stall", True, True)
    assert (found["status"], found["scale"]) == ("unknown", None)
    (link,) = found["stall"]["scales"]
    assert shopper.get(link, headers=JSON).get_json()["status"] == "valid"
    page = shopper.get(f"/t/{text_of(house, card)}?lang=en").text
    assert link in page
    assert "王小明" not in page


def test_every_stall_without_a_card_gets_one_at_once(house: House) -> None:
    """And a second time nobody does."""
    manager = house.page(Role.MANAGER)
    for _again in range(2):
        assert manager.post("/tags/stalls/missing", data={"place": MARKET}).status_code == 303
        assert len(cards(house)) == 1


def test_a_staff_card_tells_a_stranger_whose_staff_and_no_name(house: House) -> None:
    """The name is printed on the card; the code says only whether the card is good today."""
    card = staff_card(house)
    words, codes = printed(house.page(Role.ADMIN), "staff")
    assert len(codes) == 1
    assert "执法人员" in words
    shopper = house.app.test_client()
    found = shopper.get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
    assert (found["code"], found["status"]) == ("tag_staff", "unknown")
    assert (found["staff"]["roles"], found["staff"]["valid"]) == (["inspector"], True)
    with house.work.database.reading() as session:
        name = session.scalars(select(Grant).where(Grant.role == "inspector")).one().person.name
    assert name not in shopper.get(f"/t/{text_of(house, card)}").text
    with house.writing() as session:
        role = session.scalars(select(Grant).where(Grant.role == "inspector")).one()
        role.since, role.until = date(2019, 1, 1), date(2020, 1, 1)
    over = shopper.get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
    assert over["staff"]["valid"] is False
    assert "not good today" in shopper.get(f"/t/{text_of(house, card)}?lang=en").text


def test_a_verifier_s_card_is_the_body_s_and_the_inspector_s_is_not(house: House) -> None:
    """Both work at the path of one county; a qualification tells them apart."""
    with house.writing() as session:
        body = Body(uid=new_uid(), path=COUNTY, name="通州区计量检定所")
        recorded(session, body)
        county = make_region(session, COUNTY, "通州区")
        verifier = session.scalars(select(Grant).where(Grant.role == "verifier")).one()
        verifier.path = county.path
        session.scalars(select(Grant).where(Grant.role == "inspector")).one().path = county.path
        session.add(
            Qualification(
                uid=new_uid(),
                body_id=body.id,
                person_id=verifier.person_id,
                item="price scales",
                certificate_no="1",
                since=date(2020, 1, 1),
                until=date(2030, 1, 1),
            )
        )
    for login, name in (("verifier", "通州区计量检定所"), ("inspector", "通州区")):
        card = staff_card(house, login)
        found = house.app.test_client().get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
        assert found["staff"]["body"] == name


def test_a_weight_s_tag_says_whose_it_is(house: House) -> None:
    """It stands for no scale, and has no status of one."""
    card = weight_card(house)
    words, _codes = printed(house.page(Role.VERIFIER), "weights")
    assert "M1 1 kg" in words
    found = house.app.test_client().get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
    assert found["weight"] == {"body": "通州区计量检定所"}
    assert found["status"] == "unknown"


@pytest.mark.parametrize("layout", ["a4-24", "zpl-60x40", "tspl-60x40"])
def test_cards_go_on_label_paper_and_label_printers_too(house: House, layout: str) -> None:
    """With words of their own at the foot."""
    stall_card(house)
    answer = house.page(Role.MANAGER).get("/tags/cards/stalls.pdf", query_string={"layout": layout})
    assert answer.status_code == 200
    assert answer.data


def test_a_lost_card_is_replaced_and_the_old_one_is_no_longer_good(house: House) -> None:
    """One act each in the ledger, which verifies."""
    old = stall_card(house)
    admin = house.page(Role.MANAGER)
    assert admin.post(f"/tags/cards/{old.uid}/replace", data={"why": "lost"}).status_code == 303
    assert len(cards(house)) == 2
    found = house.app.test_client().get(f"/t/{text_of(house, old)}", headers=JSON).get_json()
    assert (found["code"], found["registered"]) == ("tag_revoked", False)
    again = admin.post(f"/tags/cards/{old.uid}/void", data={"why": "lost"})
    assert again.status_code == 409
    with house.work.database.reading() as session:
        assert intact(session, house)


def test_a_voided_staff_card_is_not_good_whatever_role_runs(house: House) -> None:
    """The person may have another one."""
    card = staff_card(house)
    admin = house.page(Role.ADMIN)
    assert admin.post(f"/tags/cards/{card.uid}/void", data={"why": "lost"}).status_code == 303
    found = house.app.test_client().get(f"/t/{text_of(house, card)}", headers=JSON).get_json()
    assert (found["code"], found["staff"]["valid"]) == ("tag_revoked", False)


def test_who_keeps_stalls_takes_no_staff_card_away(house: House) -> None:
    """A manager makes cards of stalls, an administrator those of staff."""
    card = staff_card(house)
    manager = house.page(Role.MANAGER)
    assert manager.post(f"/tags/cards/{card.uid}/void", data={"why": "lost"}).status_code in {
        403,
        404,
    }
    assert manager.get("/tags/cards/staff.pdf").status_code in {403, 404}
    assert house.page(Role.ADMIN).post(f"/tags/stalls/{house.stall}").status_code == 403


def test_programs_issue_and_void_cards_too(house: House) -> None:
    """Of one thing at a time, for one of the reasons there are."""
    made = house.api(Role.MANAGER, "/tags", {"stall": house.stall})
    assert (made.status_code, made.get_json()["kind"]) == (201, "stall")
    twice = house.api(Role.MANAGER, "/tags", {"stall": house.stall})
    assert twice.get_json()["code"] == "tag_exists"
    neither = house.api(Role.MANAGER, "/tags", {})
    assert neither.status_code == 422
    where = f"/tags/{made.get_json()['id']}"
    why = house.api(Role.MANAGER, f"{where}/revoke", {"because": "no idea"})
    assert (why.status_code, why.get_json()["code"]) == (422, "unknown_reason")
    done = house.api(Role.MANAGER, f"{where}/revoke", {"because": "damaged"})
    assert done.get_json()["revoked_because"] == "damaged"
    staff = house.api(Role.ADMIN, "/tags/staff", {"role": role_of(house, "inspector")})
    assert staff.get_json()["kind"] == "staff"


def test_the_kind_stands_in_the_signed_bytes(house: House) -> None:
    """A device without a network knows a stall's card from a scale's tag."""
    key, host = house.work.keys.tag.public_key(), house.work.settings.host
    for card, kind in ((stall_card(house), TagKind.STALL), (staff_card(house), TagKind.STAFF)):
        assert tags.check(text_of(house, card), key, host).kind is kind
