"""The register's pages: what is wrong stands at its field, what is right is on the scale's page."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from app.db.session import utcnow
from app.domain.calendar import local_date
from app.domain.gaps import Part
from app.domain.lifecycle import State
from app.domain.roles import Role
from app.domain.seals import SealOwner, SealState
from app.models import Maker, Place, Scale, ScaleModel, Seal, Trader
from tests.support.house import House, verify_all
from tests.support.makers import COUNTY, make_region

NEXT_YEAR = local_date(utcnow() + timedelta(days=300)).isoformat()


def plate(house: House, **changes: str) -> dict[str, str]:
    """Return the fields of a new scale that is in order."""
    fields = {
        "place": house.place,
        "model": house.model,
        "serial_no": "SN-0002",
        "market_no": "A-02",
        "role": "trade",
        "gap_remark": "older than the codes",
    }
    for part in Part:
        fields |= {f"{part}_ground": "old_type", f"{part}_until": NEXT_YEAR}
    return fields | changes


def photo(size: tuple[int, int] = (2000, 1000)) -> bytes:
    """Return a PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    return out.getvalue()


def test_a_scale_is_registered_and_shown(house: House) -> None:
    """The form leads to the new scale's page."""
    client = house.page(Role.MANAGER)
    assert house.model in client.get("/configure/scales/new").text
    answer = client.post("/configure/scales", data=plate(house))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "SN-0002" in page
    assert "Entered in the register." in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"serial_no": "SN-0001"}, "serial_no"),
        ({"serial_no": ""}, "serial_no"),
        ({"serial_no": "x" * 41}, "serial_no"),
        ({"market_no": "A-01"}, "market_no"),
        ({"place": "0199f39f-22bb-7111-9000-0242ac120003"}, "place"),
        ({"model": ""}, "model"),
        ({"repair_code_ground": ""}, "repair_code_ground"),
        ({"repair_code_until": ""}, "repair_code_until"),
        ({"seal_until": "2020-01-01"}, "seal_until"),
        ({"seal_until": "2999-01-01"}, "seal_until"),
        ({"seal_ground": "other", "gap_remark": ""}, "gap_remark"),
        ({"made_on": "yesterday"}, "made_on"),
        ({"made_on": "2999-01-01"}, "made_on"),
        ({"role": "queen"}, "role"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    house: House, changes: dict[str, str], field: str
) -> None:
    """And on top, with a link; what was typed is kept; nothing is written."""
    data = plate(house) | changes
    answer = house.page(Role.MANAGER).post("/configure/scales", data=data)
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert f'href="#field-{field}"' in answer.text
    assert "older than the codes" in answer.text or field == "gap_remark"
    with house.work.database.reading() as session:
        assert len(session.scalars(select(Scale)).all()) == 1


def test_a_photo_is_drawn_anew_and_shown(house: House) -> None:
    """At most 1600 pixels a side, a JPEG of our own making."""
    client = house.page(Role.INSPECTOR)
    there = f"/configure/scales/{house.scale}/photo"
    data = {"photo": (io.BytesIO(photo()), "plate.png")}
    assert client.post(there, data=data).status_code == 303
    answer = client.get(f"/manage/scales/{house.scale}/photo")
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1600, 800))


@pytest.mark.parametrize(("data", "status"), [(b"", 422), (b"no picture", 422), (None, 422)])
def test_what_is_no_photo_is_refused_in_words(
    house: House, data: bytes | None, status: int
) -> None:
    """At the field, and the old photo stays."""
    fields = {} if data is None else {"photo": (io.BytesIO(data), "x.jpg")}
    there = f"/configure/scales/{house.scale}/photo"
    answer = house.page(Role.MANAGER).post(there, data=fields)
    assert answer.status_code == status
    assert 'id="error-photo"' in answer.text
    assert house.row().photo is None


@pytest.mark.parametrize(
    ("role", "owner", "status"),
    [
        (Role.MANAGER, "maker", 303),
        (Role.MANAGER, "verification", 403),
        (Role.REPAIRER, "verification", 403),
        (Role.REPAIRER, "repair", 303),
        (Role.VERIFIER, "verification", 303),
        (Role.INSPECTOR, "maker", 403),
    ],
)
def test_nobody_applies_anothers_seal(house: House, role: Role, owner: str, status: int) -> None:
    """A repairer never applies a verification seal."""
    data = {"owner": owner, "kind": "lead", "number": "7"}
    there = f"/configure/scales/{house.scale}/seals"
    assert house.page(role).post(there, data=data).status_code == status
    with house.work.database.reading() as session:
        assert len(session.scalars(select(Seal)).all()) == (status == 303)


def test_a_seal_found_broken_takes_the_scale_out_of_use(house: House) -> None:
    """By anybody who looks; the story names the seal."""
    verify_all(house)
    client = house.page(Role.INSPECTOR)
    page = client.get(f"/configure/scales/{house.scale}/seals").text
    there = re.search(r'action="(/configure/scales/[^"]+/seals/[^"]+)"', page)
    assert there is not None
    assert client.post(there[1], data={"state": "replaced"}).status_code == 422
    assert client.post(there[1], data={"state": "missing"}).status_code == 303
    assert house.row().state is State.SUSPENDED
    with house.work.database.reading() as session:
        seal = session.scalars(select(Seal)).one()
        assert (seal.owner, seal.state) == (SealOwner.VERIFICATION, SealState.MISSING)


def test_nobody_makes_a_seal_whole_by_saying_so(house: House) -> None:
    """Not the manager whose scale it is either: the way back is a verification."""
    verify_all(house)
    page = house.page(Role.INSPECTOR).get(f"/configure/scales/{house.scale}/seals").text
    there = re.search(r'action="(/configure/scales/[^"]+/seals/[^"]+)"', page)
    assert there is not None
    for state, status in (("broken", 303), ("intact", 422)):
        answer = house.page(Role.MANAGER).post(there[1], data={"state": state})
        assert answer.status_code == status
    with house.work.database.reading() as session:
        assert session.scalars(select(Seal)).one().state is SealState.BROKEN


def test_a_place_gets_its_stalls_and_traders(house: House) -> None:
    """In the regulator's own region; a taken number is refused at its field."""
    with house.writing() as session:
        make_region(session)
    client = house.page(Role.REGULATOR)
    fields = {"region": COUNTY, "code": "M77", "name": "城南市场", "kind": "market"}
    answer = client.post("/configure/places", data=fields)
    there = answer.headers["Location"]
    assert client.post(f"{there}/stalls", data={"number": "B-1"}).status_code == 303
    again = client.post(f"{there}/stalls", data={"number": "B-1"})
    assert (again.status_code, 'id="error-number"' in again.text) == (422, True)
    person = {"name": "赵六", "phone": "13812345678"}
    assert client.post(f"{there}/traders", data=person).status_code == 303
    page = client.get(there).text
    assert "赵六" in page
    assert "13812345678" not in page
    assert "138****678" in page
    with house.work.database.reading() as session:
        assert session.scalars(select(Trader).where(Trader.name == "赵六")).one().secret


def test_a_place_outside_ones_region_is_refused(house: House) -> None:
    """The path of the form counts, not the list the page offers."""
    fields = {"region": "/32/3206/320623/", "code": "M1", "name": "x", "kind": "market"}
    client = house.page(Role.MANAGER)
    assert client.post("/configure/places", data=fields).status_code == 403
    fields["region"] = f"{COUNTY}../"
    assert client.post("/configure/places", data=fields).status_code == 422
    with house.work.database.reading() as session:
        assert len(session.scalars(select(Place)).all()) == 1


MODEL = {
    "maker": "友邻衡器",
    "name": "ACS-6/15",
    "accuracy": "III",
    "generation": "old",
    "max_1": "6",
    "min_1": "40",
    "e_1": "2",
    "max_2": "15",
    "min_2": "100",
    "e_2": "5",
    "required_level": "2",
    "evidence_days": "180",
    "protocol": "an3155",
    "program_length": "65536",
    "phase_out_on": "2027-01-07",
}


def test_a_model_is_registered_with_its_maker_and_ranges(house: House) -> None:
    """Kilograms and grams become whole milligrams."""
    client = house.page(Role.CUSTODIAN)
    assert client.post("/configure/models", data=MODEL).status_code == 303
    with house.work.database.reading() as session:
        model = session.scalars(select(ScaleModel).where(ScaleModel.name == "ACS-6/15")).one()
        assert [(one.max_mg, one.e_mg) for one in model.ranges] == [
            (6_000_000, 2_000),
            (15_000_000, 5_000),
        ]
        assert model.profile["parts"][0]["address"] == 0x0800_0000
    assert "友邻衡器 ACS-6/15" in client.get("/configure/models").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"max_1": "six"}, "ranges"),
        ({"max_1": "1e3"}, "ranges"),
        ({"max_2": "5"}, "ranges"),
        ({"min_1": ""}, "ranges"),
        ({"program_length": ""}, "program_length"),
        ({"protocol": "telepathy"}, "protocol"),
        ({"required_level": "6"}, "required_level"),
        ({"maker": ""}, "maker"),
    ],
)
def test_a_model_that_makes_no_sense_leaves_no_maker_behind(
    house: House, changes: dict[str, str], field: str
) -> None:
    """Neither is kept without the other."""
    answer = house.page(Role.CUSTODIAN).post("/configure/models", data=MODEL | changes)
    assert answer.status_code == 422
    assert f'id="field-{field}"' in answer.text
    assert 'class="field-error"' in answer.text
    with house.work.database.reading() as session:
        assert session.scalars(select(Maker).where(Maker.name == "友邻衡器")).first() is None
