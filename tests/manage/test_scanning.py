"""Any code on a scale finds it: ours, a city's, the maker's, what the plate says."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.crypto import tags
from app.crypto.tags import TagKind
from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain import codes
from app.domain.lifecycle import Action
from app.domain.roles import Role
from app.manage import service
from app.manage.service.acts import SuspendReason
from app.models import Code, CodeKind, Scale
from tests.support import makers
from tests.support.house import House, deploy

HOST = "127.0.0.1:8000"


def add_code(house: House, kind: CodeKind, value: str, *, number: str | None = None) -> str:
    """Put a code on the scale of the house; return its value."""
    with house.writing() as session:
        scale = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        code = Code(
            uid=new_uid(),
            path=scale.path,
            kind=kind,
            value=value,
            number=number,
            issued_at=utcnow(),
        )
        session.add(code)
        scale.codes.append(code)
    return value


def tag_address(house: House, identity: bytes) -> str:
    """Return the address in a tag of this installation."""
    text = tags.render(house.work.keys.tag, HOST, identity)
    return f"http://{HOST}/t/{text}"


def scan(client: FlaskClient, code: str) -> TestResponse:
    """Return the answer alone, as the page's script asks for it."""
    return client.post("/manage/scan", data={"code": code}, headers={"X-Part": "1"})


def outcome(house: House, code: str) -> str:
    """Return what a manager is told of ``code``."""
    page = scan(house.page(Role.MANAGER), code).text
    return page.split('data-outcome="')[1].split('"')[0]


def test_our_tag_and_its_number_find_the_scale(house: House) -> None:
    """By the signed address, and by the eight digits beside it, spaced as printed."""
    identity = tags.new_id()
    number = codes.number(4711)
    add_code(house, CodeKind.TAG, identity.hex(), number=number)
    for code in (tag_address(house, identity), number, codes.spaced(number)):
        page = scan(house.page(Role.MANAGER), code).text
        assert 'data-outcome="scan_scale"' in page
        assert house.scale in page


@pytest.mark.parametrize("value", ["https://city.example/q?id=31-8", "MK-0099-苏", "12345678"])
def test_a_code_of_somebody_else_finds_the_scale_that_carries_it(house: House, value: str) -> None:
    """An adopted address is compared whole and opened never."""
    add_code(house, CodeKind.CITY, value)
    assert outcome(house, value) == "scan_scale"
    assert outcome(house, value + "0") in {"scan_foreign", "scan_unknown"}


def test_the_plate_finds_the_scale(house: House) -> None:
    """Serial number and market number, typed."""
    assert outcome(house, "SN-0001") == "scan_scale"
    assert outcome(house, "A-01") == "scan_scale"


def test_a_number_on_two_scales_lets_a_person_choose(house: House) -> None:
    """Makers number their own; two of them may meet in one market."""
    with house.writing() as session:
        place = makers.make_place(session, "/32/3206/320612/m2/")
        other = makers.make_model(session, "ACS-30")
        makers.make_scale(session, place, other, "SN-0001", market_no="B-01")
    assert outcome(house, "SN-0001") == "scan_several"


def test_a_forged_and_a_cut_off_tag_are_told_apart(house: House) -> None:
    """One is a case for the bureau, the other for a cloth."""
    address = tag_address(house, tags.new_id())
    assert outcome(house, address[:-1] + ("A" if address[-1] != "A" else "Q")) == "scan_forged"
    assert outcome(house, address[:-20]) == "scan_truncated"


def test_a_blank_and_a_withdrawn_tag_say_so(house: House) -> None:
    """Genuine, on no scale; and one that was replaced still names its scale."""
    blank, old = tags.new_id(TagKind.SCALE), tags.new_id(TagKind.SCALE)
    add_code(house, CodeKind.TAG, old.hex(), number=codes.number(2))
    with house.writing() as session:
        session.scalars(select(Code).where(Code.value == old.hex())).one().revoked_at = utcnow()
        session.add(
            Code(
                uid=new_uid(),
                path="/32/3206/320612/m1/",
                kind=CodeKind.TAG,
                value=blank.hex(),
                number=codes.number(3),
                issued_at=utcnow(),
            )
        )
    assert outcome(house, tag_address(house, blank)) == "scan_blank"
    assert outcome(house, tag_address(house, old)) == "scan_replaced"
    assert outcome(house, tag_address(house, tags.new_id())) == "scan_unknown"


def test_a_scale_elsewhere_shows_only_what_the_public_sees(house: House) -> None:
    """The tag is genuine; nothing of the other region's register is told."""
    identity = tags.new_id()
    with house.writing() as session:
        place = makers.make_place(session, "/33/3301/330106/m1/")
        model = makers.make_model(session, "ACS-31")
        scale = makers.make_scale(session, place, model, "ELSEWHERE-1")
        scale.codes.append(
            Code(
                uid=new_uid(),
                path=scale.path,
                kind=CodeKind.TAG,
                value=identity.hex(),
                number=codes.number(9),
                issued_at=utcnow(),
            )
        )
    page = scan(house.page(Role.MANAGER), tag_address(house, identity)).text
    assert 'data-outcome="scan_elsewhere"' in page
    assert "ELSEWHERE" not in page
    assert outcome(house, "ELSEWHERE-1") == "scan_unknown"


def test_hostile_content_is_refused_in_words_and_shown_as_text(house: House) -> None:
    """No mark-up of a stranger becomes part of the page."""
    client = house.page(Role.MANAGER)
    page = scan(client, "<script>alert(1)</script>").text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    hidden = scan(client, "A\u202e01")
    assert (hidden.status_code, "cannot be seen" in hidden.text) == (422, True)


def test_without_a_script_the_same_form_answers_with_a_page(house: House) -> None:
    """And what was typed stays in its field."""
    page = house.page(Role.MANAGER).post("/manage/scan", data={"code": "nothing-of-ours"}).text
    assert "<!doctype html>" in page
    assert 'value="nothing-of-ours"' in page
    assert "No scale here carries this code" in page


def test_only_the_scan_page_and_its_decoder_may_run_webassembly(house: House) -> None:
    """Every other page keeps the stricter policy."""
    client = house.page(Role.MANAGER)
    page = client.get("/manage/scan")
    worker = page.text.split('data-worker="')[1].split('"')[0]
    policies = []
    for path in ("/manage/scan", worker, "/manage/scales"):
        with client.get(path) as answer:
            policies.append(answer.headers["Content-Security-Policy"])
    assert ["wasm-unsafe-eval" in policy for policy in policies] == [True, True, False]


def test_inside_a_chat_program_the_page_says_what_works_there(house: House) -> None:
    """Photo and number work; the live camera and offline work want the system browser."""
    client = house.page(Role.MANAGER)
    chat = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"}
    assert "system browser" in client.get("/manage/scan", headers=chat).text
    assert "system browser" not in client.get("/manage/scan").text


def test_the_screen_is_green_only_for_what_may_serve_now(house: House) -> None:
    """A scale valid in law that was taken out of use shows the stop first."""
    deploy(house)
    client = house.page(Role.MANAGER)
    assert 'data-meaning="valid"' in scan(client, "SN-0001").text
    with house.writing() as session:
        found = session.scalars(select(Scale).where(Scale.uid == house.scale)).one()
        command = service.Act(action=Action.SUSPEND, reason=next(iter(SuspendReason)))
        service.perform(session, found, command, by="test", at=utcnow())
    assert 'data-meaning="stopped"' in scan(client, "SN-0001").text


def test_staff_come_from_the_public_page_to_the_scale_itself(house: House) -> None:
    """Also inside a chat program, which is told what works there; others have to sign in."""
    identity = tags.new_id()
    add_code(house, CodeKind.TAG, identity.hex(), number=codes.number(4711))
    text = tag_address(house, identity).rsplit("/", 1)[1]
    client = house.page(Role.INSPECTOR)
    public = client.get(f"/t/{text}?lang=en")
    assert f"/manage/scan/t/{text}" in public.text
    assert "WeChat" not in public.text
    chat = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
    assert "system browser" in client.get(f"/t/{text}?lang=en", headers=chat).text
    answer = client.get(f"/manage/scan/t/{text}")
    assert answer.headers["Location"].endswith(house.scale)
    stranger = house.app.test_client().get(f"/manage/scan/t/{text}")
    assert "/sign-in" in stranger.headers["Location"]
    assert 'data-outcome="scan_forged"' in client.get(f"/manage/scan/t/{text[:-2]}zz").text
