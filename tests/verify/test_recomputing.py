"""A verdict of its day can be reckoned again, whatever the rules say today."""

from copy import deepcopy
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.domain.rules.judging import Outcome
from app.models import Worksheet
from app.verify.service import rulesets, worksheets
from app.verify.service.recomputing import NoRuleSetError, RulesDifferError, recompute
from tests.support.makers import NOON, make_person, make_scale
from tests.verify.field import drafted, make_field, written

LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def worksheet(session: Session) -> Worksheet:
    """Return a worksheet that passed under JJG 539-2016 (1)."""
    field = make_field(session)
    scale = make_scale(session, state=State.AWAITING_VERIFICATION)
    draft = drafted(session, field, scale, written(session, field, scale))
    return worksheets.submit(session, draft, by=field.verifier, at=LATER)


def test_a_later_version_does_not_change_a_verdict(session: Session, worksheet: Worksheet) -> None:
    """The stricter one fails what is written today; the worksheet stands by its own."""
    stricter = deepcopy(documents()[0])
    stricter["version"] = 2
    stricter["limits"]["zero_quarter_e"]["value"] = 1
    stricter["tests"][5]["readings"]["value"] = 9  # repeatability: nine weighings
    admin = make_person(session, "root", [Role.ADMIN])
    rulesets.install(session, stricter, by=admin, at=LATER)
    again = recompute(session, worksheet)
    assert again.agrees
    assert (again.held.rules.version, again.verdict.outcome) == (1, Outcome.PASS)
    worksheet.rules_version = 2
    worksheet.rules_sha256 = rulesets.rule_set_named(session, worksheet.rules, 2).sha256
    control = recompute(session, worksheet)
    assert (control.verdict.outcome, control.agrees) == (Outcome.INCOMPLETE, False)


def test_a_changed_reading_is_noticed(session: Session, worksheet: Worksheet) -> None:
    """The items of then do not come of the readings of now."""
    document = deepcopy(worksheet.document)
    row = next(one for one in document["readings"] if one["test"] == "weighing_up")
    row["indication_mg"] += 20_000
    worksheet.document = document
    again = recompute(session, worksheet)
    assert (again.agrees, again.verdict.outcome) == (False, Outcome.FAIL)


def test_other_rules_under_the_same_number_are_refused(
    session: Session, worksheet: Worksheet
) -> None:
    """The digest decides, not the name; and rules that are nowhere are not guessed."""
    worksheet.rules_sha256 = "0" * 64
    with pytest.raises(RulesDifferError):
        recompute(session, worksheet)
    worksheet.rules_version = 7
    with pytest.raises(NoRuleSetError):
        recompute(session, worksheet)
