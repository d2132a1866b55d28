"""The record of an in-service check (使用中检查记录) on A4: in Chinese, to be signed by hand."""

from pathlib import Path
from typing import Any, Final

from app.domain.appeals import CheckForce
from app.domain.calendar import CHINA, local_date
from app.domain.verification import VerificationResult
from app.models import InServiceCheck
from app.verify.service.documents import instant
from app.verify.service.printed import NOTHING, TESTS, chinese_day, mass
from app.web import papers

SOURCE: Final = Path(__file__).parent / "typst/check.typ"
LOOKS: Final = {
    "seen_plate": "铭牌与登记一致",
    "seen_seals": "封印完好",
    "seen_label": "检定标志在有效期内",
    "seen_keys": "按键后示值不变",
    "seen_m": "M1–M6 键测试示值不变",
}
RESULTS: Final = {
    "ok": "符合",
    "bad": "不符合",
    "not_checked": "未检查",
    "not_applicable": "不适用",
}
FORCES: Final = {
    CheckForce.ROUTINE: "日常检查（非执法证据）",
    CheckForce.EVIDENCE: "执法检查（两名执法人员）",
}
MASSES: Final = {"market": "市场 1 kg 核查砝码", "standard": "标准砝码"}
STATEMENTS: Final = {
    "agrees": "无异议",
    "disagrees": "有异议",
    "refuses": "拒绝签字",
    "absent": "不在场",
}
WITHIN: Final = "在使用中检查最大允许误差之内"
NOT_PASSED: Final = "使用中检查不符合要求"
NOTE: Final = (
    "本记录不是检定结论，不改变检定合格标志及其有效期。使用中检查的最大允许误差为首次检定的两倍。"
)


def pdf_of(row: InServiceCheck, said: str) -> bytes:
    """Return the record of ``row`` as PDF; ``said`` are the words of the party."""
    return papers.pdf(SOURCE, said_by(row, said))


def said_by(row: InServiceCheck, said: str) -> dict[str, Any]:
    """Return what the record says, as data."""
    scale, check, day = row.scale, row.document["check"], local_date(row.checked_at)
    where = [scale.place.name, f"{scale.stall.number} 摊位" if scale.stall else ""]
    passed = row.verdict is VerificationResult.PASS
    return {
        "day": [day.year, day.month, day.day],
        "number": row.uid[:13],
        "force": FORCES[row.force],
        "facts": [
            ["检查时间", _span(row)],
            ["检查地点", "　".join(part for part in where if part)],
            ["任务编号", row.task_no or NOTHING],
            ["执法人员", "、".join(one.name for one in (row.officer, row.second) if one)],
            ["计量器具", f"电子计价秤　{scale.model.name}"],
            ["市场编号", scale.market_no or NOTHING],
            ["出厂编号", scale.serial_no],
            ["制造单位", scale.model.maker.name],
            ["检查依据", row.rules],
            ["所用砝码", f"{MASSES[check['mass']]}　{check['certificate'] or NOTHING}"],
        ],
        "looks": [
            [LOOKS[one["seen"]], RESULTS[one["result"]]] for one in row.items if "seen" in one
        ],
        "readings": [_reading(row, one) for one in row.items if "test" in one],
        "verdict": WITHIN if passed else NOT_PASSED,
        "statement": STATEMENTS.get(check["statement"], NOTHING),
        "said": said,
        "note": NOTE,
    }


def _span(row: InServiceCheck) -> str:
    began = instant(row.document["started_at"]).astimezone(CHINA)
    ended = instant(row.document["finished_at"]).astimezone(CHINA)
    return f"{chinese_day(began.date())} {began:%H:%M}–{ended:%H:%M}"


def _reading(row: InServiceCheck, item: dict[str, Any]) -> list[str]:
    shown = row.document["readings"][item["readings"][0]]["indication_mg"]
    sign = "+" if item["error_mg"] > 0 else ""
    return [
        TESTS[item["test"]],
        mass(item["load_mg"]),
        mass(shown),
        f"{sign}{mass(item['error_mg'])}",
        f"±{mass(item['mpe_mg'])}",
        "符合" if item["verdict"] == "pass" else "不符合",
    ]
