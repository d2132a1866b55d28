"""Rule sets of an installation: which holds, who changes them, what the ledger keeps of it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.domain.rules.choosing import NoRuleSetError
from app.domain.rules.reader import RuleSetError
from app.domain.scale_types import TypeGeneration
from app.ledger.projections import digest, project
from app.models import LedgerEntry, Person, ScaleModel
from app.verify.service import rulesets
from tests.conftest import NOON
from tests.support.makers import make_model, make_person

TODAY = date(2026, 11, 23)
# A file that changes keeps its old number for nobody: raise its version and add its line.
PUBLISHED = {
    ("JJG 539-2016", 1): "61afd92dd9ecf80e1b69f03ffac20e3e7172aaa0a910113f6beb82475eba9f17",
    ("JJG 1204-2025", 1): "31f0504ca1f4b41d66925f0f86b27893e7562201ec8b961a1ac79f45f90e848a",
    ("OIML R 76", 1): "475994b13854fdedd98e387bf17b3996dce71c7addd2024bd6ed548ba6b0e4e1",
}


@pytest.fixture
def admin(session: Session) -> Person:
    """Return an administrator."""
    return make_person(session, "root", [Role.ADMIN])


@pytest.fixture
def model(session: Session) -> ScaleModel:
    """Return a model of the old generation, without a network."""
    return make_model(session)


def edition(version: int, change: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """Return the document of JJG 539 as another version, with a change."""
    document = deepcopy(documents()[0])
    document["version"] = version
    if change:
        change(document)
    return document


def test_a_rule_set_of_the_program_never_changes_under_its_number() -> None:
    """Past verdicts name version and digest: a changed file wants a higher version."""
    found = {(one["identifier"], one["version"]): digest(one) for one in documents()}
    assert found == PUBLISHED


def test_without_any_installed_the_programs_hold(session: Session, model: ScaleModel) -> None:
    """Chosen by day, generation and network of the model."""
    assert rulesets.rule_set_for(session, model, TODAY).rules.name == "JJG 539-2016 (1)"
    first_day = date(2027, 1, 8)
    assert rulesets.rule_set_for(session, model, first_day).rules.name == "JJG 1204-2025 (1)"
    model.networked = True
    assert rulesets.rule_set_for(session, model, first_day).rules.name == "JJG 539-2016 (1)"
    model.generation = TypeGeneration.JJF2184
    assert rulesets.rule_set_for(session, model, first_day).rules.name == "JJG 1204-2025 (1)"


def test_an_installed_version_holds_and_the_ledger_has_its_digest(
    session: Session, model: ScaleModel, admin: Person
) -> None:
    """The one before stays, so its verdicts can be reckoned again."""
    document = edition(2)
    row = rulesets.install(session, document, by=admin, at=NOON)
    held = rulesets.rule_set_for(session, model, TODAY)
    assert (held.rules.version, held.sha256) == (2, digest(document))
    before = rulesets.before(held, rulesets.rule_sets(session))
    assert before is not None
    assert before.sha256 == PUBLISHED["JJG 539-2016", 1]
    entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
    assert entry is not None
    assert entry.subject == f"rule_set:{row.uid}"
    assert project(session, row) in entry.data.decode()
    old = rulesets.rule_set_named(session, "JJG 539-2016", 1)
    assert (old.rules.version, old.row) == (1, None)


def test_a_withdrawn_version_is_chosen_no_more_and_still_found(
    session: Session, model: ScaleModel, admin: Person
) -> None:
    """Nor can its number be taken again."""
    row = rulesets.install(session, edition(2), by=admin, at=NOON)
    rulesets.withdraw(session, row, by=admin.uid, at=NOON + timedelta(hours=1))
    assert rulesets.rule_set_for(session, model, TODAY).rules.version == 1
    assert rulesets.rule_set_named(session, "JJG 539-2016", 2).row is row
    with pytest.raises(rulesets.RuleSetWithdrawnError):
        rulesets.withdraw(session, row, by=admin.uid, at=NOON + timedelta(hours=2))
    with pytest.raises(RuleSetError, match="version: must be above the versions there are 2"):
        rulesets.install(session, edition(2), by=admin, at=NOON)


def test_a_changed_number_judges_from_then_on(
    session: Session, model: ScaleModel, admin: Person
) -> None:
    """And a pre-check refuses once it is confirmed."""

    def confirm(document: dict[str, Any]) -> None:
        document["limits"]["validity_months"]["value"] = 6
        for check in document["pre_checks"]:
            check["confirmed"] = True

    rulesets.install(session, edition(2, confirm), by=admin, at=NOON)
    held = rulesets.rule_set_for(session, model, TODAY)
    assert held.rules.limits.validity_months == 6
    assert {check.effect for check in held.rules.pre_checks if check.code == "jin"} == {"refuse"}


def put(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return what sets the value at ``path``."""

    def change(document: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        found: Any = document
        for step in steps:
            found = found[int(step) if step.isdigit() else step]
        found[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("version", 1, "version: must be above the versions there are 1"),
        ("version", "2", "version: must be a whole number"),
        ("extra", 1, "extra: is no field of a rule set"),
        ("limits.extra", 1, "limits.extra: is no field"),
        ("identifier", "", "identifier: must be words"),
        ("limits.price_e.value", 0, "limits.price_e.value: must be at least 1"),
        ("limits.price_e.value", 0.5, "limits.price_e.value: must be a whole number"),
        ("tests", [], "tests: must be at least 8"),
        ("tests.0.changeover", "often", "tests[0].changeover: must be one of always, bord"),
        ("in_force_until.value", "8 January", "in_force_until.value: must be a date"),
        ("pre_checks.0.code", "Plate!", "pre_checks[0].code: does not follow the schema"),
        ("transition", {}, "transition: must be a list"),
        ("title", {"zh": "规程"}, "title.en: is missing"),
        ("classes.III.mpe.1.to_e.value", 400, "classes.III.mpe: must be steps that rise"),
    ],
)
def test_a_broken_document_is_refused_at_its_place(
    session: Session, admin: Person, path: str, value: object, told: str
) -> None:
    """Nothing is written; as it was it is taken."""
    with pytest.raises(RuleSetError) as refused:
        rulesets.install(session, edition(2, put(path, value)), by=admin, at=NOON)
    assert str(refused.value).startswith(told)
    assert all(each.row is None for each in rulesets.rule_sets(session))
    assert rulesets.install(session, edition(2), by=admin, at=NOON).edition == 2


def test_every_fault_of_a_document_is_named_at_once(session: Session, admin: Person) -> None:
    """Nobody corrects one field after the other."""
    document = edition(2)
    document["version"] = "two"
    del document["limits"]["price_e"]
    document["classes"]["IIII"]["min_e"]["source"] = ""
    with pytest.raises(RuleSetError) as refused:
        rulesets.install(session, document, by=admin, at=NOON)
    assert {one.place for one in refused.value.wrong} == {
        "version",
        "limits.price_e",
        "classes.IIII.min_e.source",
    }


def test_a_version_nobody_knows_is_not_found(session: Session) -> None:
    """Neither by number nor by digest."""
    with pytest.raises(NoRuleSetError):
        rulesets.rule_set_named(session, "JJG 539-2016", 9)
    with pytest.raises(NoRuleSetError):
        rulesets.rule_set_of(session, "0" * 64)
