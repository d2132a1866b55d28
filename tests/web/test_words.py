"""Every code that people meet has its word, in both languages, exactly as the trade says it."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import Enum

import pytest
from flask import Flask
from flask_babel import force_locale

import app.domain
from app.domain.advisories import AdvisoryCode
from app.domain.evidence import Level
from app.domain.legal_status import LegalCode
from app.domain.lifecycle import Action, State
from app.domain.public_status import PublicStatus
from app.domain.roles import Role
from app.domain.tasks import TaskState
from app.domain.verification import VerificationResult
from app.web.meanings import MEANINGS, Meaning, meaning
from app.web.words import firmware, scales
from app.web.words.say import TABLES, say, say_fact, say_obstacle

# Codes that no person ever sees.
INNER = {
    "Consequence",
    "Carrier",
    "AgentVerdict",
    "RegionKind",
    "CellState",
    "PagesOutcome",
    "ScanKind",
    "Period",
    "LegalAct",
    "TokenScope",
    "AccuracyClass",
}

CHINESE: dict[Enum, str] = {
    State.REGISTERED: "已登记",
    State.AWAITING_VERIFICATION: "待检定",
    State.READY: "备用",
    State.IN_SERVICE: "在用",
    State.SUSPENDED: "暂停使用",
    State.IN_REPAIR: "维修中",
    State.STORED: "闲置封存",
    State.RETIRED: "已报废",
}
LEGAL = {
    LegalCode.VALID: "检定有效",
    LegalCode.UNVERIFIED: "未检定",
    LegalCode.OVERDUE: "超过检定周期",
    LegalCode.FAILED: "检定不合格",
    LegalCode.SEAL_BROKEN: "铅封缺失或破损",
    LegalCode.REPAIRED_NOT_REVERIFIED: "维修后未检定",
    LegalCode.TYPE_PHASE_OUT: "型式过渡期已届满",
    LegalCode.STOP_ORDER: "责令停止使用",
    LegalCode.UNKNOWN: "状态不明，请核实",
}
ADVISORIES = {
    AdvisoryCode.DUE_SOON: "30天内到期",
    AdvisoryCode.NO_TAG: "未贴信息码",
    AdvisoryCode.FIRMWARE_MISMATCH: "读出的程序与备案不一致，待检定机构确认",
    AdvisoryCode.FIRMWARE_INCONSISTENT: "程序证据相互矛盾，待核实",
    AdvisoryCode.FIRMWARE_UNKNOWN: "程序未备案，待核实",
    AdvisoryCode.FIRMWARE_UNREADABLE: "芯片读保护，无法读取（不代表异常）",
    AdvisoryCode.EVIDENCE_LAPSED: "程序核查已过期",
    AdvisoryCode.COUNTERS_ROSE: "计数器无故增加，待核实",
    AdvisoryCode.WEIGHT_WITHDRAWN: "所用砝码已撤销，待检定机构决定",
    AdvisoryCode.EVIDENCE_HOLD: "证据保全中",
    AdvisoryCode.TOO_LONG_WITH_TRADER: "同一经营者使用过久",
    AdvisoryCode.LOW_RATINGS: "评价偏低",
    AdvisoryCode.TYPE_RECALLED: "该型号已通知召回",
}
PUBLIC = {
    PublicStatus.VALID: "检定有效",
    PublicStatus.EXPIRED: "已到期",
    PublicStatus.SUSPENDED: "暂停使用",
    PublicStatus.TO_BE_CONFIRMED: "信息待核实",
}
ROLES = {
    Role.MANAGER: "计量管理员",
    Role.VERIFIER: "检定员",
    Role.CHECKER: "核验员",
    Role.SIGNATORY: "批准人",
    Role.INSPECTOR: "执法人员",
    Role.REGULATOR: "市场监管所",
    Role.REPAIRER: "维修单位",
    Role.CUSTODIAN: "程序备案管理员",
    Role.AUDITOR: "审计员",
}
BUTTONS = {
    Action.DEPLOY: "发放",
    Action.RETURN: "收回",
    Action.SEND_TO_REPAIR: "报修",
    Action.SUBMIT: "申请检定",
    Action.SUSPEND: "暂停使用",
    Action.RESUME: "恢复使用",
}


@pytest.fixture(autouse=True)
def speaking(gallery: Flask) -> Iterator[None]:
    """Speak Chinese, as the pages do by themselves."""
    with gallery.test_request_context("/gallery"):
        yield


def enums() -> Iterator[type[Enum]]:
    """Yield the enums of the domain."""
    for module in pkgutil.iter_modules(app.domain.__path__, "app.domain."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__ == module.name:
                assert kind.__name__ == name
                yield kind


def test_every_code_of_the_domain_has_a_word() -> None:
    """A new enum gets a table or a place among the inner ones; a new member gets a word."""
    for kind in enums():
        if kind.__name__ not in INNER:
            assert all(say(member) for member in kind), kind
    assert len(TABLES) > 20


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_table_knows_all_of_its_codes_and_no_two_alike(kind: type[Enum]) -> None:
    """Two codes with one word could not be told apart on a page."""
    for language in ("zh", "en"):
        with force_locale(language):
            words = [say(member) for member in kind]
            assert len(set(words)) == len(words)
            assert all(words)


@pytest.mark.parametrize(
    "table",
    [CHINESE, LEGAL, ADVISORIES, PUBLIC, ROLES, BUTTONS],
    ids=["states", "legal", "advisories", "public", "roles", "buttons"],
)
def test_the_words_are_the_trades_own(table: dict[Enum, str]) -> None:
    """Exactly those of domain.md 8."""
    assert {code: say(code) for code in table} == table


def test_no_word_says_that_a_scale_does_not_cheat() -> None:
    """The verdict matches or differs; nothing clears a scale."""
    said = [
        str(word) for table in (firmware.VERDICT, firmware.LEVEL_CLAIM) for word in table.values()
    ]
    for word in said:
        assert not any(bad in word for bad in ("作弊", "没有问题", "正常", "合格证明"))


def test_a_ladder_claims_only_what_its_rung_proves() -> None:
    """The words that may be shown, by level."""
    claims = [str(firmware.LEVEL_CLAIM[level]) for level in Level]
    assert claims == [
        "记录登记",
        "设备自报版本",
        "与备案校验一致",
        "读出的程序与备案一致",
        "全部可编程器件一致，封印完好",
        "检查时示值合格且程序一致",
    ]


def test_each_advice_says_what_to_do() -> None:
    """A warning without a way on is noise."""
    assert set(scales.ADVISORY) == set(AdvisoryCode)
    assert all(str(to_do) for _said, to_do in scales.ADVISORY.values())


def test_codes_that_read_alike_keep_their_own_meaning() -> None:
    """`failed` of the law is red, `failed` of a task is amber; the two are equal as text."""
    assert LegalCode.FAILED == TaskState.FAILED  # type: ignore[comparison-overlap]  # the trap
    assert meaning(LegalCode.FAILED) is Meaning.STOPPED
    assert meaning(TaskState.FAILED) is Meaning.ATTENTION
    assert meaning(VerificationResult.PASS) is Meaning.VALID
    assert meaning(State.IN_SERVICE) is Meaning.PLAIN


def test_every_legal_and_public_status_has_a_colour() -> None:
    """These and the advisories are never plain."""
    for kind in (LegalCode, PublicStatus, AdvisoryCode):
        assert set(MEANINGS[kind]) == set(kind)


def test_what_a_station_signed_is_put_into_words() -> None:
    """Known facts in words, unknown ones as they came."""
    assert say_fact("reason", "unplugged") == "线缆被拔出"
    assert say_fact("transport", "pty") == "虚拟串口"
    assert say_fact("transport", "carrier pigeon") == "carrier pigeon"


def test_an_obstacle_is_put_into_words() -> None:
    """Whether the law, the market or the case stands in the way."""
    assert say_obstacle("open_finding") == "疑点尚未处理。"
    assert say_obstacle("overdue") == "超过检定周期"
    assert say_obstacle("no_tag") == "未贴信息码"
    assert say_obstacle("held") == "证据保全中。"
    assert say_obstacle("something new") == "something new"
