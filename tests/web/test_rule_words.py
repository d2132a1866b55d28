"""Every code of a rule set has a word, every number a name and a unit."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.domain.rules.builtin import built_in
from app.domain.rules.reader import RuleFault, Wrong
from app.domain.rules.ruleset import LIMIT_NAMES, At, Changeover, Effect, Need, Test
from app.web.words import rule_sets


@pytest.fixture(autouse=True)
def speaking(gallery: Flask) -> Iterator[None]:
    """Speak Chinese, as the pages do by themselves."""
    with gallery.test_request_context("/gallery"):
        yield


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (At, rule_sets.AT),
        (Changeover, rule_sets.CHANGEOVER),
        (Effect, rule_sets.EFFECT),
        (Need, rule_sets.NEED),
        (RuleFault, rule_sets.FAULT),
        (Test, rule_sets.TEST),
    ],
)
def test_each_code_has_a_word_of_its_own(kind: type, table: dict[object, object]) -> None:
    """Two codes with one word could not be told apart."""
    words = [str(table[one]) for one in kind]  # type: ignore[attr-defined]  # an enum
    assert all(words)
    assert len(set(words)) == len(words)


def test_each_number_has_a_name_and_a_unit() -> None:
    """Those of every rule set."""
    assert set(rule_sets.LIMIT) == set(LIMIT_NAMES)
    assert rule_sets.say_limit("discrimination_tenths_d", 14) == ("鉴别阈试验附加载荷", "1.4 d")
    assert rule_sets.say_limit("eccentricity_least_percent", 90)[1] == "90 %"
    assert rule_sets.say_limit("validity_months", 12) == ("检定周期", "12 个月")


def test_each_pre_check_of_the_program_has_words() -> None:
    """One that an installation adds stands there by its code."""
    codes = {check.code for rules in built_in() for check in rules.pre_checks}
    assert codes <= set(rule_sets.PRE_CHECK)


def test_what_is_wrong_is_said_with_what_there_should_be() -> None:
    """Without the place, which stands beside it."""
    wrong = Wrong("version", RuleFault.EDITION, "3")
    assert rule_sets.say_wrong(wrong) == "已有第3版，请取更大的版本号。"
