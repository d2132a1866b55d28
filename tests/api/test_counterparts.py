"""Everything a page can change, a program can change: or the table says why not.

A page that writes and stands in neither column fails the build.
"""

from flask import Flask

from app.domain.permissions import LEGAL
from app.web.access import StepUpError
from app.web.api_openapi import routes

IN_PERSON = "the person proves to be there: sign-in, password, second factor, PIN, devices"
IN_STEPS = "a list is checked, looked at and written by people; `wutong import` is its program"
SHEETS = "blank tags are printed and glued by people; issuing a tag is `POST /tags`"
ONE_BY_ONE = "a program does each scale: `POST /scales/{scale}/actions`, `PUT …/filing`"
OWN = "how one person's list looks on the screen"
PAPERS = "authorisations and certificates of people are papers that somebody holds and looks at"

SIGNATURES = "names and signatures are photographed by who keeps the register"

# endpoint of a page -> operation of the API
BY_PROGRAM = {
    "account.end_session": "DELETE /api/v1/me/sessions/{session_uid}",
    "account.end_other_sessions": "DELETE /api/v1/me/sessions",
    "account.end_token": "DELETE /api/v1/me/tokens/{token_uid}",
    "attest.request_reading": "POST /api/v1/scales/{scale}/readings",
    "attest.cancel": "POST /api/v1/scales/{scale}/readings/{task}/cancel",
    "recalls.begin": "POST /api/v1/recalls",
    "recalls.decide": "POST /api/v1/recalls/{recall}/decisions",
    "recalls.close": "POST /api/v1/recalls/{recall}/end",
    "uploads.tick": "PUT /api/v1/verifications/{verification}/upload",
    "uploads.take_back": "DELETE /api/v1/verifications/{verification}/upload",
    "campaigns.create": "POST /api/v1/campaigns",
    "campaigns.start": "POST /api/v1/campaigns/{campaign}/start",
    "campaigns.close": "POST /api/v1/campaigns/{campaign}/end",
    "campaigns.fill": "POST /api/v1/campaigns/{campaign}/fill",
    "campaign_days.add": "POST /api/v1/campaigns/{campaign}/days",
    "campaign_days.change": "PUT /api/v1/campaigns/{campaign}/days/{day}",
    "campaign_days.remove": "DELETE /api/v1/campaigns/{campaign}/days/{day}",
    "campaign_days.add_line": "POST /api/v1/campaigns/{campaign}/days/{day}/scales",
    "campaign_days.chosen": "POST /api/v1/campaigns/{campaign}/days/{day}/chosen",
    "campaign_days.end": "POST /api/v1/campaigns/{campaign}/days/{day}/end",
    "replacing.save_date": "POST /api/v1/transition-rules",
    "replacing.save_price": "POST /api/v1/replacement-prices",
    "replacing.withdraw_price": "POST /api/v1/replacement-prices/{price}/withdraw",
    "baseline.save": "POST /api/v1/scales/{scale}/counters",
    "erasing.erase": "POST /api/v1/traders/{trader}/erasure",
    "goods.save": "PUT /api/v1/stalls/{stall}/goods",
    "cards.give_missing": "POST /api/v1/tags",
    "cards.give_stall": "POST /api/v1/tags",
    "cards.give_staff": "POST /api/v1/tags/staff",
    "cards.give_weight": "POST /api/v1/tags",
    "copies.resolve": "POST /api/v1/tags/copies/{copy}/resolution",
    "cards.end": "POST /api/v1/tags/{tag}/revoke",
    "codes.adopt": "POST /api/v1/scales/{scale}/codes",
    "codes.adopt_scanned": "POST /api/v1/scales/{scale}/codes",
    "codes.give_up": "POST /api/v1/scales/{scale}/codes/{code}/give-up",
    "checks.open_lead": "POST /api/v1/in-service-checks/{check}/lead",
    "configure.register": "POST /api/v1/scales",
    "configure.save_photo": "PUT /api/v1/scales/{scale}/photo",
    "configure.save_seal": "POST /api/v1/scales/{scale}/seals",
    "configure.seal_seen": "PATCH /api/v1/scales/{scale}/seals/{seal}",
    "ledger_check.start": "POST /api/v1/ledger/checks",
    "manage_acts.do": "POST /api/v1/scales/{scale}/actions",
    "manage_acts.order": "POST /api/v1/scales/{scale}/orders",
    "manage_acts.opening": "POST /api/v1/scales/{scale}/opening",
    "oversee.conclude": "POST /api/v1/findings/{finding}/resolution",
    "oversee.step_lead": "POST /api/v1/leads/{lead}/steps",
    "portal.issue": "POST /api/v1/tags",
    "portal.revoke": "POST /api/v1/tags/{tag}/revoke",
    "references.look": "POST /api/v1/references/look",
    "references.submit": "POST /api/v1/references",
    "references.approve": "POST /api/v1/references/{reference}/actions",
    "references.reject": "POST /api/v1/references/{reference}/actions",
    "references.withdraw": "POST /api/v1/references/{reference}/actions",
    "register.add_place": "POST /api/v1/markets",
    "corrections.save": "PUT /api/v1/markets/{market}",
    "traders.save": "PUT /api/v1/traders/{trader}",
    "plates.save": "PUT /api/v1/scales/{scale}/plate",
    "offices.add": "POST /api/v1/offices",
    "offices.change": "PUT /api/v1/offices/{office}",
    "register.add_stall": "POST /api/v1/stalls",
    "register.add_trader": "POST /api/v1/traders",
    "grounds.save": "PUT /api/v1/scales/{scale}/grounds",
    "grounds.give": "PUT /api/v1/scales/{scale}/grounds",
    "agreements.add": "POST /api/v1/agreements",
    "agreements.change": "PUT /api/v1/agreements/{agreement}",
    "agreements.end": "POST /api/v1/agreements/{agreement}/end",
    "procurement.add": "POST /api/v1/procurements",
    "procurement.change": "PUT /api/v1/procurements/{batch}",
    "procurement.add_scales": "PUT /api/v1/scales/{scale}/procurement",
    "models.add": "POST /api/v1/models",
    "models.change": "PUT /api/v1/models/{model}",
    "rules.look": "POST /api/v1/rule-sets",
    "rules.install": "POST /api/v1/rule-sets",
    "rules.withdraw": "POST /api/v1/rule-sets/{rule_set}/withdraw",
    "scan.look_up": "POST /api/v1/scans",
    "stations.create": "POST /api/v1/stations",
    "stations.assign": "POST /api/v1/stations/{station}/scales",
    "stations.unassign": "DELETE /api/v1/stations/{station}/scales/{scale}",
    "stations.renew_code": "POST /api/v1/stations/{station}/code",
    "stations.revoke": "POST /api/v1/stations/{station}/revoke",
    "tasks.again": "POST /api/v1/tasks/{task}/again",
    "tasks.cancel": "POST /api/v1/tasks/{task}/cancel",
    "drafts.discard": "DELETE /api/v1/worksheet-drafts/{draft}",
    "drafts.submit": "POST /api/v1/worksheet-drafts/{draft}/submit",
    "drafts.save": "PUT /api/v1/worksheet-drafts/{draft}",
    "papers.issue": "POST /api/v1/certificates",
    "papers.revoke": "POST /api/v1/certificates/{certificate}/revoke",
    "signing.sign": "POST /api/v1/worksheets/{worksheet}/signatures",
    "signing.send_back": "POST /api/v1/worksheets/{worksheet}/return",
    "signing.set_aside": "POST /api/v1/worksheets/{worksheet}/set-aside",
    "weights.register": "POST /api/v1/weights",
    "weights.add_certificate": "POST /api/v1/weights/{weight}/certificates",
    "weights.withdraw": "POST /api/v1/weights/{weight}/withdrawal",
    "weights.reinstate": "POST /api/v1/weights/{weight}/reinstatement",
    "weights.retire": "POST /api/v1/weights/{weight}/retirement",
    "stock.receive": "POST /api/v1/labels",
    "stock.issue": "POST /api/v1/labels/{lot}/issues",
    "stock.void": "POST /api/v1/labels/voids",
    "stock.give_back": "POST /api/v1/labels/returns",
    "stock.close_day": "POST /api/v1/labels/counts",
    "verify.save": "POST /api/v1/scales/{scale}/actions",
}
# blueprint or endpoint of a page -> why programs have no such thing
BY_PEOPLE_ONLY = {
    "appeals.record": IN_PERSON,
    "appeals.decide": IN_PERSON,
    "checks.confirm": IN_PERSON,
    "recalls.clear": IN_PERSON,
    "accounts": IN_PERSON,
    "account.change_password": IN_PERSON,
    "account.unbind": IN_PERSON,
    "renewal": IN_PERSON,
    "second_factor": IN_PERSON,
    "devices": IN_PERSON,
    "switch": IN_PERSON,
    "people": IN_PERSON,
    "imports": IN_STEPS,
    "campaign_papers": "a sheet is looked at and its results proven by a verifier in person",
    "agreements.save_document": SIGNATURES,
    "blanks": SHEETS,
    "scan.differs": "somebody stands before the scale and compares its plate",
    "bulk": ONE_BY_ONE,
    "own": OWN,
    "bodies": PAPERS,
}


def pages_that_write(app: Flask) -> set[str]:
    """Return the endpoint of every page that takes a POST."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }


def unaccounted(endpoints: set[str]) -> set[str]:
    """Return those of ``endpoints`` that neither table knows."""
    known = {*BY_PROGRAM, *BY_PEOPLE_ONLY}
    return {one for one in endpoints if not known & {one, one.partition(".")[0]}}


def test_every_page_that_writes_has_its_counterpart(app: Flask) -> None:
    """Add the operation to the API and a line here, or the reason why none makes sense."""
    assert unaccounted(pages_that_write(app)) == set()
    assert unaccounted({*pages_that_write(app), "manage_acts.sell"}) == {"manage_acts.sell"}


def test_the_tables_speak_of_what_is_there(app: Flask) -> None:
    """No line for a page or an operation that is gone."""
    operations = {f"{route.method.upper()} {route.path}" for route in routes(app)}
    assert set(BY_PROGRAM.values()) - operations == set()
    assert set(BY_PROGRAM) - pages_that_write(app) == set()


def test_no_program_does_what_has_effect_in_law(app: Flask) -> None:
    """Wherever such an act has an operation at all, it says that a person is wanted."""
    said = {
        f"{route.method.upper()} {route.path}": {one.code for one in route.operation.problems}
        for route in routes(app)
    }
    of_law = {BY_PROGRAM[one.page] for one in LEGAL.values() if one.page in BY_PROGRAM}
    assert {one for one in of_law if StepUpError.code not in said[one]} == set()
