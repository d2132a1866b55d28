"""The signing page: what wants eyes stands first; one proof signs what is ticked."""

import pytest
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.lifecycle import Action, State
from app.domain.roles import Role
from app.domain.worksheets import ReviewMark, WorksheetState
from app.ledger.door import SYSTEM, act
from app.models import Person, Place, Scale, Worksheet
from tests.support import makers
from tests.support.house import House
from tests.support.proof import fresh_code
from tests.support.worksheets import Institute, finished_worksheet, make_institute

STEPS = {
    Role.VERIFIER: "sign_worksheets",
    Role.CHECKER: "check_worksheets",
    Role.SIGNATORY: "approve_worksheets",
}


def written(house: House, count: int = 2) -> list[str]:
    """Let scales of the market be verified; the second failed, the third is marked."""
    with house.writing() as session:
        people = {
            role.value: session.scalars(select(Person).where(Person.login == role.value)).one()
            for role in STEPS
        }
        institute: Institute = make_institute(session, **people)
        place = session.scalars(select(Place)).one()
        model = session.scalars(select(Scale)).one().model
        found = []
        for n in range(count):
            scale = makers.make_scale(session, place, model, f"SN-9{n}", market_no=f"B-{n}")
            with act(session, scale, Action.SUBMIT, by=SYSTEM, at=utcnow()):
                pass
            bad = {("weighing_up", 10_000_000): 10_000} if n == 1 else None
            marks = {"label_no": f"T{n}", "seal_no": f"Q{n}"}
            row = finished_worksheet(session, institute, scale, utcnow(), bad=bad, **marks)
            if n == 2:
                with act(session, row, "mark", by=SYSTEM, at=utcnow()):
                    row.reviews = [ReviewMark.TOO_FAST]
            found.append(row.uid)
    return found


def sign(house: House, role: Role, uids: list[str], code: str | None = None) -> tuple[int, str]:
    """Let somebody sign; return the status and the page that comes."""
    data = {"worksheet": uids, "code": fresh_code(house.work, role) if code is None else code}
    answer = house.page(role).post(
        f"/verify/signing/{house.place}/{STEPS[role]}", data=data, follow_redirects=True
    )
    return answer.status_code, answer.text


def states(house: House) -> list[tuple[str, WorksheetState]]:
    """Return each worksheet's scale and state."""
    with house.work.database.reading() as session:
        rows = session.scalars(select(Worksheet).order_by(Worksheet.id))
        return [(row.scale.market_no, row.state) for row in rows]


def test_three_people_sign_a_market_with_one_proof_each(house: House) -> None:
    """Then the scales that passed are ready and the one that failed is suspended."""
    uids = written(house)
    for role in STEPS:
        assert "城东农贸市场" in house.page(role).get("/verify/signing").text
        status, page = sign(house, role, uids)
        assert (status, "2 worksheets are signed." in page) == (200, True)
    assert {state for _scale, state in states(house)} == {WorksheetState.APPROVED}
    with house.work.database.reading() as session:
        moved = {one.market_no: one.state for one in session.scalars(select(Scale))}
    assert moved == {"A-01": State.REGISTERED, "B-0": State.READY, "B-1": State.SUSPENDED}
    assert (
        "Nothing waits for your signature."
        in house.page(Role.SIGNATORY).get("/verify/signing").text
    )


def test_what_failed_or_is_marked_stands_first_and_a_mark_wants_its_own_tick(
    house: House,
) -> None:
    """Nobody signs unseen what a detector doubts."""
    uids = written(house, 3)
    page = house.page(Role.VERIFIER).get(f"/verify/signing/{house.place}/sign_worksheets").text
    failed, marked, plain = (page.index(name) for name in ("B-1", "B-2", "B-0"))
    assert failed < marked < plain
    assert f'value="{uids[0]}" checked' in page
    assert f'value="{uids[2]}">' in page
    assert "done unusually fast" in page


@pytest.mark.parametrize("code", ["", "000000"])
def test_without_a_proof_nothing_is_signed(house: House, code: str) -> None:
    """The field says so, the ticks stay."""
    uids = written(house)
    status, page = sign(house, Role.VERIFIER, uids[:1], code)
    assert (status, 'id="error-code"' in page) == (422, True)
    assert f'value="{uids[0]}" checked' in page
    assert f'value="{uids[1]}">' in page
    assert house.page(Role.CHECKER).get("/verify/signing").text.count("城东农贸市场") == 0


def test_why_one_cannot_be_signed_stands_at_its_line(house: House) -> None:
    """In words; the others are signed."""
    uids = written(house)
    for role in (Role.VERIFIER, Role.CHECKER):
        sign(house, role, uids)
    with house.writing() as session:
        scale = session.scalars(select(Scale).where(Scale.market_no == "B-0")).one()
        with act(session, scale, Action.RETIRE, by=SYSTEM, at=utcnow()):
            pass
    there = f"/verify/signing/{house.place}/approve_worksheets"
    page = house.page(Role.SIGNATORY).get(there).text
    assert "state allows no result now" in page
    assert f'value="{uids[0]}"' not in page
    status, page = sign(house, Role.SIGNATORY, uids)
    assert (status, "1 worksheet is signed." in page) == (200, True)
    assert dict(states(house)) == {"B-0": WorksheetState.CHECKED, "B-1": WorksheetState.APPROVED}


def test_a_checker_sends_one_back_with_a_reason(house: House) -> None:
    """The verifier reads why, and signs anew or sets it aside."""
    (uid, *_others) = written(house)
    sign(house, Role.VERIFIER, [uid])
    checker, verifier = house.page(Role.CHECKER), house.page(Role.VERIFIER)
    there = f"/verify/records/{uid}"
    assert checker.post(f"{there}/return", data={"reason": ""}).status_code == 422
    assert checker.post(f"{there}/return", data={"reason": "weights"}).status_code == 303
    page = verifier.get(f"/verify/signing/{house.place}/sign_worksheets").text
    assert "sent back: weights are not right" in page
    assert checker.post(f"{there}/return", data={"reason": "weights"}).status_code == 409
    assert verifier.post(f"{there}/set-aside", data={"reason": "mistake"}).status_code == 303
    assert "set aside: written by mistake" in verifier.get(there).text


def test_a_record_shows_what_was_written_judged_and_signed(house: House) -> None:
    """Errors beside limits, the readings, who signed when."""
    uids = written(house)
    sign(house, Role.VERIFIER, uids)
    page = house.page(Role.CHECKER).get(f"/verify/records/{uids[1]}").text
    for words in ("beyond the limit", "20.5 °C", "56.0 %RH", "eccentric loading", "verifier"):
        assert words in page
    assert f'href="/verify/records/{uids[0]}"' in page  # one after the other
    assert "Max 15 kg, e = 5 g" in page


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INSPECTOR, Role.REPAIRER, Role.REGULATOR])
def test_nobody_else_comes_here(house: House, role: Role) -> None:
    """Three roles sign; nobody else sees the pile."""
    assert house.page(role).get("/verify/signing").status_code == 403


def test_a_program_reads_and_returns_worksheets_and_signs_none(house: House) -> None:
    """A token shows no person: `step_up_required`."""
    (uid, *_others) = written(house)
    listed = house.api(Role.VERIFIER, "/worksheets?state=submitted").get_json()["items"]
    assert uid in [one["id"] for one in listed]
    signed = house.api(Role.VERIFIER, f"/worksheets/{uid}/signatures", {"step": "verified"})
    assert (signed.status_code, signed.get_json()["code"]) == (403, "step_up_required")
    out_of_turn = house.api(Role.CHECKER, f"/worksheets/{uid}/signatures", {"step": "checked"})
    assert out_of_turn.get_json()["code"] == "not_waiting"
    sign(house, Role.VERIFIER, [uid])
    back = house.api(Role.CHECKER, f"/worksheets/{uid}/return", {"reason": "readings"})
    assert (back.status_code, back.get_json()["state"]) == (200, "returned")
    aside = house.api(Role.VERIFIER, f"/worksheets/{uid}/set-aside", {"reason": "done_again"})
    assert (aside.status_code, aside.get_json()["because"]) == (200, "done_again")


def test_a_verifier_s_list_is_narrowed_to_a_state_and_a_place(house: House) -> None:
    """Both at once; a place of nobody's empties it, and the counts stay true."""
    uids = written(house)
    page = house.page(Role.VERIFIER)
    for wanted, there in (
        (f"?place={house.place}", True),
        (f"?place={house.place}&state=submitted", True),
        (f"?place={house.place}&state=void", False),
        (f"?place={uids[0]}", False),
    ):
        said = page.get(f"/verify/worksheets{wanted}").text
        assert (f'href="/verify/records/{uids[0]}"' in said) is there
