"""What a certificate or a notice says, as data: in Chinese, as law and bureaus read it.

Strings and lists alone, so that the same paper can be set again from the signed record. It holds
no trader's name; who used the scale stands in the register.

Sources: 计量检定印、证管理办法 7 and 8; 计量法实施细则 22; product.md, "Verify".
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar import local_date, valid_until
from app.domain.verification import VerificationKind
from app.domain.worksheets import CertificateKind
from app.models import ScaleModel, WeightUse, Worksheet
from app.verify.service.outcome import failed_items

FORMAT: Final = 1
MG_PER_G: Final = 1000
MG_PER_KG: Final = 1_000_000
TITLES: Final[Mapping[CertificateKind, tuple[str, str, str]]] = MappingProxyType(
    {
        CertificateKind.CERTIFICATE: ("检 定 证 书", "VERIFICATION CERTIFICATE", "WT-JD-01"),
        CertificateKind.REJECTION_NOTICE: (
            "检定结果通知书",
            "NOTICE OF VERIFICATION RESULT",
            "WT-JD-02",
        ),
    }
)
KINDS: Final[Mapping[VerificationKind, str]] = MappingProxyType(
    {
        VerificationKind.INITIAL: "首次检定",
        VerificationKind.SUBSEQUENT: "后续检定",
        VerificationKind.IN_SERVICE: "使用中检查",
    }
)
TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "zero": "置零准确度",
        "tare": "除皮准确度",
        "eccentricity": "偏载",
        "weighing_up": "称量（加载）",
        "weighing_down": "称量（卸载）",
        "repeatability": "重复性",
        "discrimination": "鉴别阈",
        "price": "计价准确度",
    }
)
# Judged without an error beside a limit: an amount, and whether 1.4 d moved the indication.
UNLIMITED: Final = frozenset({"price", "discrimination"})
PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "front_left": "左前",
        "front_right": "右前",
        "back_left": "左后",
        "back_right": "右后",
    }
)
CHECKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plate": "铭牌与标识",
        "type_approval": "型式批准标志和编号",
        "statement": "不具备欺骗性使用特征的声明",
        "lead_seal": "铅封",
        "e_equals_d": "检定分度值与实际分度值",
        "jin": "计量单位（不得切换市斤）",
        "calibration_access": "标定的防护",
        "three_codes": "三码",
        "self_lock": "开壳锁机",
        "software_id": "软件标识",
        "firmware_level": "程序核查",
    }
)
CHECKED: Final[Mapping[str, str]] = MappingProxyType(
    {"ok": "符合", "bad": "不符合", "not_checked": "未检查", "not_applicable": "不适用"}
)
ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plate": "铭牌与标识",
        "seals": "铅封与编码",
        "software": "软件标识",
        "zero": "置零与除皮",
        "weighing": "称量",
        "eccentricity": "偏载",
        "repeatability": "重复性",
        "discrimination": "鉴别阈",
        "price": "计价",
    }
)
WAY: Final = "调修后重新申请检定；对计量准确度有争议的，可申请仲裁检定。"
STOP: Final = "经检定不合格，不得继续使用（计量法实施细则第二十二条），原检定合格印、证同时注销。"
NOTE: Final = "未经本机构书面批准，不得部分复制本文书。本文书的真伪可扫描首页右上角二维码查询。"
NOTHING: Final = "/"


def printed(
    session: Session,
    worksheet: Worksheet,
    paper: tuple[CertificateKind, str, str],
    issued_on: date,
) -> dict[str, Any]:
    """Return what the paper of ``worksheet`` says.

    Args:
        paper: Its kind, number, and the address that its code leads to.
    """
    kind, number, url = paper
    title, english, form = TITLES[kind]
    passed = kind is CertificateKind.CERTIFICATE
    day = local_date(worksheet.finished_at)
    accuracy = worksheet.scale.model.accuracy.value
    return {
        "v": FORMAT,
        "kind": kind.value,
        "title": title,
        "english": english,
        "form": form,
        "number": number,
        "url": url,
        "issued_on": [issued_on.year, issued_on.month, issued_on.day],
        "body": _body(worksheet),
        "facts": _facts(worksheet),
        "conclusion": f"合格，准予作 {_roman(accuracy)} 级使用" if passed else "不合格",
        "failed": [ITEMS[one] for one in failed_items(worksheet)],
        "stop": "" if passed else STOP,
        "way": "" if passed else WAY,
        "people": _people(worksheet),
        "verified_on": chinese_day(day),
        "valid_until": chinese_day(valid_until(day)) if passed else "",
        "place": _place(worksheet),
        "environment": _environment(worksheet.document.get("environment", {})),
        "record": worksheet.number,
        "standard": _standard(worksheet),
        "weights": _weights(session, worksheet),
        "checks": [
            [CHECKS.get(one["precheck"], one["precheck"]), CHECKED.get(one["result"], NOTHING)]
            for one in worksheet.items
            if "precheck" in one
        ],
        "errors": [error_row(one, worksheet.document) for one in worksheet.items if "test" in one],
        "before": [_before(one) for one in worksheet.document.get("before_adjustment", ())],
        "marks": _marks(worksheet.document) if passed else [],
        "note": NOTE,
    }


def chinese_day(day: date) -> str:
    """Return a date as papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def mass(mg: int) -> str:
    """Return milligrams in grams, from a kilogram on in kilograms; nothing is rounded away."""
    unit, name = (MG_PER_KG, "kg") if abs(mg) >= MG_PER_KG else (MG_PER_G, "g")
    whole, rest = divmod(abs(mg), unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0")
    return f"{'−' if mg < 0 else ''}{whole}{'.' + digits if digits else ''} {name}"


def _body(worksheet: Worksheet) -> dict[str, str]:
    body = worksheet.body
    until = body.authorised_until
    return {
        "name": body.name,
        "address": body.address or NOTHING,
        "phone": body.phone or NOTHING,
        "authorisation": body.authorisation_no or NOTHING,
        "authorised_until": chinese_day(until) if until else NOTHING,
    }


def _facts(worksheet: Worksheet) -> list[list[str]]:
    scale, model = worksheet.scale, worksheet.scale.model
    return [
        ["送检单位", worksheet.place.name],
        ["计量器具名称", "电子计价秤"],
        ["型号 / 规格", f"{model.name}　{_capacity(model)}"],
        ["准确度等级", f"{_roman(model.accuracy.value)} 级"],
        ["检定分度值", "；".join(f"e = d = {mass(one.e_mg)}" for one in model.ranges)],
        ["出厂编号", scale.serial_no],
        ["制造单位", model.maker.name],
        ["型式批准编号", model.type_approval_no or NOTHING],
        ["市场编号", scale.market_no or NOTHING],
        ["检定依据", worksheet.rules],
        ["检定类别", KINDS[worksheet.kind]],
    ]


def _capacity(model: ScaleModel) -> str:
    return "；".join(f"Max {mass(one.max_mg)}，Min {mass(one.min_mg)}" for one in model.ranges)


def _roman(accuracy: str) -> str:
    """Return a class as it stands on the plate: circled in metal, plain here."""
    return {"III": "Ⅲ", "IIII": "Ⅳ"}[accuracy]


def _people(worksheet: Worksheet) -> list[list[str]]:
    steps = (
        ("检定员", worksheet.verified_in),
        ("核验员", worksheet.checked_in),
        ("批准人", worksheet.approved_in),
    )
    return [[role, batch.person.name if batch else NOTHING] for role, batch in steps]


def _place(worksheet: Worksheet) -> str:
    place, stall = worksheet.place, worksheet.scale.stall
    where = [place.name, place.address, f"{stall.number} 摊位" if stall else ""]
    return "　".join(part for part in where if part)


def _environment(given: Mapping[str, int]) -> list[list[str]]:
    return [
        ["温度", _tenths(given.get("temperature_dc"), "℃")],
        ["相对湿度", _tenths(given.get("humidity_pm"), "%")],
    ]


def _tenths(value: int | None, unit: str) -> str:
    if value is None:
        return NOTHING
    return f"{'−' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10} {unit}"


def _standard(worksheet: Worksheet) -> list[str]:
    one = worksheet.standard
    return [one.name, one.certificate_no, chinese_day(one.valid_until)]


def _weights(session: Session, worksheet: Worksheet) -> list[list[str]]:
    rows: Sequence[WeightUse] = session.scalars(
        select(WeightUse)
        .where(WeightUse.worksheet_id == worksheet.id)
        .options(joinedload(WeightUse.weight), joinedload(WeightUse.calibration))
        .order_by(WeightUse.id)
    ).all()
    return [
        [
            use.weight.number,
            f"{mass(use.weight.nominal_mg)}　{use.weight.weight_class.value} 级",
            use.calibration.certificate_no,
            chinese_day(use.calibration.valid_until),
        ]
        for use in rows
    ]


def error_row(one: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Return one line of the table of errors: test, load, error, limit and verdict."""
    verdict = "合格" if one["verdict"] == "pass" else "不合格"
    if one["test"] in UNLIMITED:
        return [TESTS[one["test"]], mass(one["load_mg"]), NOTHING, NOTHING, verdict]
    limit, error = one["mpe_mg"], one["error_mg"]
    sign = "+" if error > 0 else ""
    words = TESTS[one["test"]] + _corner(one, document["readings"])
    return [words, mass(one["load_mg"]), f"{sign}{mass(error)}", f"±{mass(limit)}", verdict]


def _corner(one: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> str:
    """Return where on the pan the load stood, in brackets; empty where it stands in the middle."""
    places = {readings[number].get("position", "") for number in one.get("readings", ())}
    return _on_pan(places.pop()) if len(places) == 1 else ""


def _on_pan(position: str | None) -> str:
    said = PLACES.get(position or "", "")
    return f"（{said}）" if said else ""


def _before(one: Mapping[str, Any]) -> list[str]:
    if one["test"] == "price":
        return [TESTS["price"], mass(one["net_mg"]), NOTHING]
    words = TESTS[one["test"]] + _on_pan(one.get("position"))
    return [words, mass(one["load_mg"]), mass(one["indication_mg"])]


def _marks(document: Mapping[str, Any]) -> list[list[str]]:
    found = (("检定标志编号", "label_no"), ("铅封编号", "seal_no"))
    return [[words, str(document[name])] for words, name in found if document.get(name)]
