"""The pages and the API of rule sets: read by those who verify, changed by an administrator."""

import json
from typing import Any

from sqlalchemy import func, select

from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.ledger.projections import digest
from app.models import RuleSetVersion
from tests.support.house import House

PAGES = "/verify/rule-sets"
JJG_539 = digest(documents()[0])


def second(**changes: Any) -> str:  # noqa: ANN401 - fields of a document
    """Return the text of a second version of JJG 539."""
    return json.dumps({**documents()[0], "version": 2, **changes}, ensure_ascii=False)


def installed(house: House) -> int:
    """Return how many versions were installed."""
    with house.work.database.reading() as session:
        return session.scalars(select(func.count(RuleSetVersion.id))).one()


def test_a_verifier_sees_each_number_with_its_source_and_mark(house: House) -> None:
    """And what is not confirmed; there is nothing to change."""
    client = house.page(Role.VERIFIER)
    assert "JJG 1204-2025" in client.get(PAGES).text
    page = client.get(f"{PAGES}/{JJG_539}").text
    for told in ("&gt; 500 e – 2,000 e", "± 0.5 e", "OIML R 76-1:2006 3.5.1", "not confirmed"):
        assert told in page
    assert "Write the next version" not in page
    for reader in (Role.VERIFIER, Role.REGULATOR, Role.INSPECTOR, Role.AUDITOR):
        assert f'href="{PAGES}"' in house.page(reader).get("/manage/scales").text
    found = client.get(f"{PAGES}/{JJG_539}/document")
    assert found.get_json() == documents()[0]
    assert client.get(f"{PAGES}/{'0' * 64}").status_code == 404
    assert client.get(f"{PAGES}/new").status_code == 403


def test_an_administrator_looks_at_a_version_and_puts_it_into_force(house: House) -> None:
    """What changes is shown first; a fresh proof puts it into force; then it can be withdrawn."""
    client = house.page(Role.ADMIN)
    page = client.get(f"{PAGES}/new", query_string={"of": JJG_539}).text
    assert "&#34;version&#34;: 2" in page
    limits = {**documents()[0]["limits"]}
    limits["validity_months"] = {"value": 6, "source": "通知〔2026〕1号", "confirmed": True}
    text = second(limits=limits)
    seen = client.post(f"{PAGES}/look", data={"document": text}).text
    assert "limits.validity_months.value" in seen
    assert installed(house) == 0
    refused = client.post(PAGES, data={"document": text, "code": "000000"})
    assert (refused.status_code, 'id="error-code"' in refused.text) == (422, True)
    done = client.post(PAGES, data={"document": text, "code": house.code(Role.ADMIN)})
    assert done.status_code == 303
    shown = client.get(done.location).text
    assert "It replaced version 1" in shown
    assert "6 months" in shown
    assert installed(house) == 1


def test_what_is_wrong_is_said_at_its_place_and_the_text_is_kept(house: House) -> None:
    """In words; text that is no JSON too."""
    client = house.page(Role.ADMIN)
    text = second(automatic="yes", more=1)
    answer = client.post(f"{PAGES}/look", data={"document": text})
    assert answer.status_code == 422
    assert "<code>automatic</code> This must be true or false." in answer.text
    assert "<code>more</code> A rule set has no such field." in answer.text
    assert "&#34;more&#34;: 1" in answer.text
    for broken in ("{", "[]", '{"version": 1, "version": 2}', ""):
        answer = client.post(f"{PAGES}/look", data={"document": broken})
        assert (answer.status_code, "This is not JSON" in answer.text) == (422, True)


def test_programs_read_rule_sets_and_change_none(house: House) -> None:
    """The document with its digest as id; a change is checked and then wants the person."""
    listed = house.api(Role.VERIFIER, "/rule-sets?limit=2").get_json()
    names = [(one["regulation"], one["version"]) for one in listed["items"]]
    assert names == [("JJG 1204-2025", 1), ("JJG 539-2016", 1)]
    rest = house.api(Role.VERIFIER, f"/rule-sets?after={listed['next']}").get_json()
    assert [one["regulation"] for one in rest["items"]] == ["OIML R 76"]
    assert rest["next"] is None
    one = house.api(Role.VERIFIER, f"/rule-sets/{JJG_539}").get_json()
    assert (one["id"], one["document"]) == (JJG_539, documents()[0])
    assert one["unconfirmed"] > 0
    body = {"document": json.loads(second())}
    refused = house.api(Role.ADMIN, "/rule-sets", body)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "step_up_required")
    bad = house.api(Role.ADMIN, "/rule-sets", {"document": {"version": 1}})
    assert bad.status_code == 422
    assert {"field": "document.identifier", "message": "This is missing."} in bad.get_json()[
        "errors"
    ]
    assert house.api(Role.VERIFIER, "/rule-sets", body).status_code == 403
