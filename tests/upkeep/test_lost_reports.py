"""A report that came after the backup: its receipt says it was lost, sent again it stands."""

from pathlib import Path

import pytest

from app.config import Settings
from app.db.session import utcnow
from app.ledger.kept import Answer, compare
from app.models import Evidence
from tests.attest.lab import HONEST, Lab, build
from tests.upkeep.conftest import House


@pytest.fixture
def lab(settings: Settings) -> Lab:
    """Return a server with a scale in service and a station."""
    return build(settings)


def said(lab: Lab, receipt: object) -> Answer:
    """Return what the ledger says of a receipt."""
    with lab.work.database.reading() as session:
        return compare(session, lab.work.keys.server.public_key(), receipt)


@pytest.mark.usefixtures("any_url")
def test_a_lost_report_is_told_and_taken_again(lab: Lab, tmp_path: Path) -> None:
    """The station's bytes are the same, so are number and id; the ledger stays whole."""
    house = House(lab.work.settings)
    nonce = lab.nonce()
    file = house.back_up(tmp_path / "before")
    envelope = lab.station.envelope(lab.station.report(lab.scale, HONEST, eat_nonce=nonce))
    receipt = lab.call("POST", "/evidence", envelope).get_json()
    assert said(lab, receipt).code == "consistent"
    lab.work.database.dispose()
    house.restore(file, replace=True, at=utcnow())

    answer = said(lab, receipt)
    assert (answer.code, answer.epoch) == ("evidence_lost", 1)
    assert lab.all(Evidence) == []
    assert lab.call("POST", "/evidence", envelope).status_code == 201
    assert lab.call("POST", "/evidence", envelope).status_code == 200
    assert lab.all_evidence()[0].fresh
    assert said(lab, receipt).code == "consistent"
    assert lab.ledger_problems() == []
    lab.work.database.dispose()
