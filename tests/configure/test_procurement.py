"""Batches: what was ordered, what came, what it cost, and who paid."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.configure import batches
from app.configure.service import FieldsError
from app.configure.service.errors import Fault
from app.configure.service.procurement import (
    Batch,
    Item,
    assign,
    change_procurement,
    create_procurement,
)
from app.domain.procurement import Funding
from app.domain.roles import Role
from app.domain.scope import Scope
from app.models import Procurement, ProcurementItem, ScaleModel
from tests.conftest import NOON
from tests.support.house import House, verify_all
from tests.support.makers import COUNTY, MARKET, make_model, make_place, make_region, make_scale


def batch_of(model: ScaleModel, **changes: Any) -> Batch:  # noqa: ANN401
    """Return a batch of ten scales that is in order."""
    given = Batch(
        path=COUNTY,
        buyer="市场公司",
        supplier="衡器厂",
        document_no="HT-1",
        bought_on=NOON.date(),
        funding=Funding.LEASE,
        items=(Item(model, 10, 45_050),),
    )
    return replace(given, **changes)


@pytest.mark.usefixtures("any_url")
def test_a_batch_says_how_much_of_it_came(session: Session) -> None:
    """Bought by the county, it serves its markets; the cost is whole fen."""
    make_region(session)
    model, place = make_model(session), make_place(session)
    batch = create_procurement(session, batch_of(model), by="system", at=NOON)
    session.flush()
    assert batches.named(session, Scope((MARKET,)), batch.uid) is batch
    assert batches.named(session, Scope(("/33/",)), batch.uid) is None
    assign(session, make_scale(session, place, model), batch, by="system", at=NOON)
    session.flush()
    line = batches.lines(session, batch)[0]
    assert (line.ordered, line.came, line.verified, line.serving) == (10, 1, 0, 0)
    assert line.cost_fen == 450_500


def test_a_batch_keeps_the_models_of_which_scales_came(session: Session) -> None:
    """Its quantity may be corrected; a model with scales may not go."""
    make_region(session)
    model, other, place = make_model(session), make_model(session, "ACS-99"), make_place(session)
    batch = create_procurement(session, batch_of(model), by="system", at=NOON)
    session.flush()
    assign(session, make_scale(session, place, model), batch, by="system", at=NOON)
    more = batch_of(model, items=(Item(model, 12, 1), Item(other, 1, 1)))
    change_procurement(session, batch, more, by="system", at=NOON)
    session.flush()
    assert [one.quantity for one in session.scalars(select(ProcurementItem))] == [12, 1]
    with pytest.raises(FieldsError) as caught:
        change_procurement(session, batch, batch_of(other), by="system", at=NOON)
    assert caught.value.faults == {"items": Fault.OTHER_BATCH}


def test_a_scale_of_another_model_did_not_come_with_it(session: Session) -> None:
    """Nor one of a market elsewhere."""
    make_region(session)
    model, place = make_model(session), make_place(session)
    batch = create_procurement(session, batch_of(model), by="system", at=NOON)
    session.flush()
    away = make_place(session, "/32/3206/320623/M01/", "如东市场")
    for scale in (
        make_scale(session, place, make_model(session, "ACS-99")),
        make_scale(session, away, model, "SN-9"),
    ):
        with pytest.raises(FieldsError):
            assign(session, scale, batch, by="system", at=NOON)


def test_what_cannot_be_is_told_at_its_field(session: Session) -> None:
    """Empty names, a document taken, a model twice."""
    make_region(session)
    model = make_model(session)
    create_procurement(session, batch_of(model), by="system", at=NOON)
    bad = batch_of(model, buyer=" ", items=(Item(model, 1, 1), Item(model, 2, 1)))
    with pytest.raises(FieldsError) as caught:
        create_procurement(session, bad, by="system", at=NOON)
    assert caught.value.faults == {
        "buyer": Fault.MISSING,
        "document_no": Fault.TAKEN,
        "items": Fault.TWICE,
    }


def test_a_manager_registers_a_batch_and_says_which_scales_came_with_it(house: House) -> None:
    """Yuan become fen; the page shows what is verified, and the scale's page the batch."""
    verify_all(house)
    client = house.page(Role.MANAGER)
    with house.work.database.reading() as session:
        path = session.scalar(select(Procurement.path)) or house.row().path
    data = {
        "path": path,
        "buyer": "市场公司",
        "supplier": "衡器厂",
        "document_no": "HT-9",
        "bought_on": "2026-01-05",
        "funding": "lease",
        "model_1": house.model,
        "quantity_1": "3",
        "price_1": "450.5",
    }
    refused = client.post("/configure/procurement", data=data | {"price_1": "1e3"})
    assert (refused.status_code, 'id="error-items"' in refused.text) == (422, True)
    there = client.post("/configure/procurement", data=data).headers["Location"]
    assert house.scale in client.get(f"{there}/scales").text
    assert client.post(f"{there}/scales", data={"scale": house.scale}).status_code == 303
    page = client.get(there).text
    assert "450.50" in page
    assert "1,351.50" in page
    assert "HT-9" in client.get(f"/manage/scales/{house.scale}").text
    found = house.api(Role.AUDITOR, "/procurements").get_json()["items"][0]["items"][0]
    assert (found["registered"], found["verified"], found["unit_price_fen"]) == (1, 1, 45_050)
