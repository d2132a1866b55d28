"""The digital calibration certificate: a paper as XML after PTB's DCC schema, version 3.3.0.

Written in the order of its sequences (administrativeData, measurementResults); what is covered
and what is not is said in docs/decisions.md. A pure function of the signed record, so the same
record gives the same bytes. No schema is fetched.

Source: PTB, DCC 3.3.0 (https://ptb.de/dcc/v3.3.0/dcc.xsd) and D-SI 2.2.1.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app.domain.calendar import local_date
from app.verify.service.printed import TESTS

VERSION: Final = "3.3.0"
DCC: Final = "https://ptb.de/dcc"
SI: Final = "https://ptb.de/si"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
PREFIXES: Final = {"dcc": DCC, "si": SI, "xsi": XSI}
SOFTWARE: Final = "Wutong"
RELEASE: Final = "1"
MG_PER_KG: Final = 1_000_000

for _prefix, _space in PREFIXES.items():
    ET.register_namespace(_prefix, _space)


def document(record: Mapping[str, Any]) -> bytes:
    """Return the DCC of a signed record."""
    root = ET.Element(f"{{{DCC}}}digitalCalibrationCertificate", {"schemaVersion": VERSION})
    root.set(f"{{{XSI}}}schemaLocation", f"{DCC} {DCC}/v{VERSION}/dcc.xsd")
    _administrative(root, record)
    _results(root, record)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _administrative(root: ET.Element, record: Mapping[str, Any]) -> None:
    said, top = record["printed"], _add(root, "administrativeData")
    software = _add(_add(top, "dccSoftware"), "software")
    _text(software, "name", SOFTWARE)
    _add(software, "release", RELEASE)
    _core(_add(top, "coreData"), record)
    _items(_add(top, "items"), said)
    _contact(_add(_add(top, "calibrationLaboratory"), "contact"), said["body"])
    people = _add(top, "respPersons")
    for number, (role, name) in enumerate(said["people"]):
        one = _add(people, "respPerson")
        _text(_add(one, "person"), "name", name)
        _add(one, "role", role)
        _add(one, "mainSigner", "true" if number == len(said["people"]) - 1 else "false")
    _contact(_add(top, "customer"), {"name": dict(said["facts"])["送检单位"]})
    statement = _add(_add(top, "statements"), "statement")
    _text(statement, "name", "检定结论")
    _text(statement, "description", "；".join([said["conclusion"], *said["failed"]]))
    _add(statement, "norm", record["worksheet"]["rules"])
    passed = record["worksheet"]["verdict"] == "pass"
    _add(statement, "conformity", "pass" if passed else "fail")


def _core(core: ET.Element, record: Mapping[str, Any]) -> None:
    said = record["printed"]
    day = _day(record["worksheet"]["document"]["finished_at"])
    _add(core, "countryCodeISO3166_1", "CN")
    _add(core, "usedLangCodeISO639_1", "zh")
    _add(core, "mandatoryLangCodeISO639_1", "zh")
    _add(core, "uniqueIdentifier", said["number"])
    identifications = _add(core, "identifications")
    for words, value in (("文书", record["certificate"]), ("原始记录编号", said["record"])):
        _identify(identifications, "calibrationLaboratory", value, words)
    _add(core, "beginPerformanceDate", _day(record["worksheet"]["document"]["started_at"]))
    _add(core, "endPerformanceDate", day)
    _add(core, "performanceLocation", "customer")
    year, month, number = said["issued_on"]
    _add(core, "issueDate", f"{year:04d}-{month:02d}-{number:02d}")


def _items(items: ET.Element, said: Mapping[str, Any]) -> None:
    facts = dict(said["facts"])
    item = _add(items, "item")
    _text(item, "name", facts["计量器具名称"])
    _text(_add(item, "manufacturer"), "name", facts["制造单位"])
    _add(item, "model", facts["型号 / 规格"])
    identifications = _add(item, "identifications")
    _identify(identifications, "manufacturer", facts["出厂编号"], "出厂编号")
    for words, number in said["marks"]:
        _identify(identifications, "calibrationLaboratory", number, words)


def _results(root: ET.Element, record: Mapping[str, Any]) -> None:
    said = record["printed"]
    one = _add(_add(root, "measurementResults"), "measurementResult")
    _text(one, "name", "检定结果")
    method = _add(_add(one, "usedMethods"), "usedMethod")
    _text(method, "name", dict(said["facts"])["检定类别"])
    _add(method, "norm", record["worksheet"]["rules"])
    _equipment(_add(one, "measuringEquipments"), said)
    _influences(_add(one, "influenceConditions"), record["worksheet"]["document"])
    results = _add(one, "results")
    _looked(_add(results, "result"), said)  # the list of results is never empty
    for test, rows in _by_test(record["worksheet"]["items"]):
        _result(_add(results, "result"), test, rows)


def _equipment(equipments: ET.Element, said: Mapping[str, Any]) -> None:
    name, certificate, _until = said["standard"]
    standard = _add(equipments, "measuringEquipment")
    _text(standard, "name", name)
    _identify(_add(standard, "identifications"), "other", certificate, "考核证书编号")
    for number, nominal, paper, _until in said["weights"]:
        one = _add(equipments, "measuringEquipment")
        _text(one, "name", f"砝码 {nominal}")
        identifications = _add(one, "identifications")
        _identify(identifications, "calibrationLaboratory", number, "砝码编号")
        _identify(identifications, "other", paper, "证书编号")


def _influences(conditions: ET.Element, document: Mapping[str, Any]) -> None:
    given = document.get("environment", {})
    for words, value, unit, divisor in (
        ("温度", given.get("temperature_dc"), r"\degreecelsius", 10),
        ("相对湿度", given.get("humidity_pm"), r"\one", 1000),
    ):
        if value is not None:
            one = _add(conditions, "influenceCondition")
            _text(one, "name", words)
            quantity = _add(_add(one, "data"), "quantity")
            real = _add(quantity, "real", space=SI)
            _add(real, "value", _decimal(value, divisor), space=SI)
            _add(real, "unit", unit, space=SI)


def _looked(result: ET.Element, said: Mapping[str, Any]) -> None:
    """Write what was looked at: all there is where a scale failed before anything was weighed."""
    _text(result, "name", "外观和前置检查")
    text = _add(_add(result, "data"), "text")
    for words, found in said["checks"] or [("检定结论", said["conclusion"])]:
        _add(text, "content", f"{words}：{found}").set("lang", "zh")


def _result(result: ET.Element, test: str, rows: Sequence[Mapping[str, Any]]) -> None:
    _text(result, "name", TESTS[test])
    table = _add(_add(result, "data"), "list")
    for words, key in (("载荷", "load_mg"), ("示值误差", "error_mg"), ("最大允许误差", "mpe_mg")):
        quantity = _add(table, "quantity")
        _text(quantity, "name", words)
        values = _add(quantity, "realListXMLList", space=SI)
        numbers = " ".join(_decimal(int(row[key]), MG_PER_KG) for row in rows)
        _add(values, "valueXMLList", numbers, space=SI)
        _add(values, "unitXMLList", r"\kilogram", space=SI)


def _by_test(
    items: Iterable[Mapping[str, Any]],
) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    """Yield the rows of each test in kilograms; a price is no mass and stays in the record."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in items:
        if "test" in one and one["test"] != "price":
            found.setdefault(one["test"], []).append(one)
    yield from found.items()


def _contact(contact: ET.Element, body: Mapping[str, str]) -> None:
    _text(contact, "name", body["name"])
    if body.get("phone", "/") != "/":
        _add(contact, "phone", body["phone"])
    location = _add(contact, "location")
    _add(location, "countryCode", "CN")
    if body.get("address", "/") != "/":
        _text(location, "further", body["address"])


def _identify(parent: ET.Element, issuer: str, value: str, words: str) -> None:
    one = _add(parent, "identification")
    _add(one, "issuer", issuer)
    _add(one, "value", value)
    _text(one, "name", words)


def _text(parent: ET.Element, name: str, words: str) -> None:
    content = _add(_add(parent, name), "content", words)
    content.set("lang", "zh")


def _add(parent: ET.Element, name: str, text: str | None = None, space: str = DCC) -> ET.Element:
    found = ET.SubElement(parent, f"{{{space}}}{name}")
    found.text = text
    return found


def _decimal(value: int, divisor: int) -> str:
    """Return ``value / divisor`` exactly; ``divisor`` is a power of ten."""
    whole, rest = divmod(abs(value), divisor)
    digits = f"{rest:0{len(str(divisor)) - 1}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' + digits if digits else ''}"


def _day(at_ms: int) -> str:
    """Return the legal date of an instant in ms."""
    return local_date(datetime.fromtimestamp(at_ms // 1000, UTC)).isoformat()
