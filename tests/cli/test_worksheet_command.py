"""`wutong worksheet judge`: a verdict without a database; what cannot be judged is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.contract.verdict_cases import full, sheet

GOOD = sheet("15 kg", "initial", full("15 kg", "initial"))
ROW = {"test": "weighing_up", "load_mg": 2_500_000, "indication_mg": 2_500_000}


def judged(shell: Shell, folder: Path, document: object) -> tuple[int, Any, str]:
    """Return exit status, the document printed and the words on standard error."""
    file = folder / "worksheet.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    ran = shell("worksheet", "judge", file, "--json")
    return ran.status, json.loads(ran.out) if ran.out else None, ran.err


def with_readings(*readings: object) -> dict[str, Any]:
    """Return a worksheet of a 15 kg scale with these readings."""
    return GOOD | {"readings": list(readings)}


def test_a_scale_without_a_fault_passes(empty: Shell, tmp_path: Path) -> None:
    """Exit 0; exactly the keys that stay fixed; no home is made for it."""
    status, found, _ = judged(empty, tmp_path, GOOD)
    assert status == 0
    assert list(found) == ["verdict", "items", "missing"]
    assert (found["verdict"], found["missing"]) == ("pass", [])
    assert all(
        list(item) == ["test", "load_mg", "error_mg", "mpe_mg", "verdict"]
        for item in found["items"]
    )
    assert not empty.home.exists()


def test_a_reading_beyond_its_limit_fails_the_scale(empty: Shell, tmp_path: Path) -> None:
    """Also while tests are missing: exit 1. dL = 2.0 g gives E = +0.5 g; one e more is too much."""
    good = {"test": "weighing_up", "load_mg": 50_000, "indication_mg": 50_000, "added_mg": 2_000}
    status, found, _ = judged(empty, tmp_path, with_readings(good))
    assert (status, found["verdict"]) == (1, "incomplete")
    assert found["items"] == [
        {
            "test": "weighing_up",
            "load_mg": 50_000,
            "error_mg": 500,
            "mpe_mg": 2_500,
            "verdict": "pass",
        }
    ]
    status, found, _ = judged(empty, tmp_path, with_readings(good | {"indication_mg": 55_000}))
    assert (status, found["verdict"]) == (1, "fail")
    assert (found["items"][0]["error_mg"], found["items"][0]["verdict"]) == (5_500, "fail")


def test_what_is_missing_is_named(empty: Shell, tmp_path: Path) -> None:
    """A whole test by its name, one load of it with the load."""
    readings = [one for one in GOOD["readings"] if one["test"] != "tare"]
    readings = [
        one for one in readings if (one["test"], one.get("load_mg")) != ("weighing_up", 10_000_000)
    ]
    status, found, _ = judged(empty, tmp_path, GOOD | {"readings": readings})
    assert (status, found["verdict"]) == (1, "incomplete")
    assert found["missing"] == ["tare", "weighing_up:10000000"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"kind": "initial", "kind": "initial"}', "a key is given twice"),
        ("{}", "regulation: is missing"),
        (GOOD | {"regulation": "JJG 1-1"}, "regulation: must be one of JJG 1204-2025, JJG 539"),
        (GOOD | {"regulation": ["JJG 539-2016"]}, "regulation: must be one of"),
        (GOOD | {"kind": "periodic"}, "kind: must be one of initial"),
        (GOOD | {"class": None}, "class: must be one of III, IIII"),
        (GOOD | {"clas": "III"}, "clas: is no field"),
        (GOOD | {"ranges": {}}, "ranges: must be a list"),
        (GOOD | {"ranges": []}, "ranges: must be 1 to 3"),
        (GOOD | {"ranges": [{"max_mg": 15_000_000}]}, "ranges[0].e_mg: is missing"),
        (
            GOOD | {"ranges": [{"max_mg": 1.5e7, "e_mg": 5_000}]},
            "ranges[0].max_mg: must be a whole",
        ),
        (GOOD | {"ranges": [{"max_mg": 15_000_000, "e_mg": 0}]}, "ranges[0].e_mg: must be"),
        (GOOD | {"class": "IIII"}, "ranges[0].max_mg: class IIII allows n of 100 to 1000"),
        (with_readings(3), "readings[0]: must be an object"),
        (with_readings(ROW, {}), "readings[1].test: is missing"),
        (with_readings(ROW | {"test": "warmth"}), "readings[0].test: must be one of zero"),
        (with_readings(ROW | {"load_mg": "1"}), "readings[0].load_mg: must be a whole number"),
        (with_readings(ROW | {"load_mg": True}), "readings[0].load_mg: must be a whole number"),
        (with_readings(ROW | {"load_mg": 2**62}), "readings[0].load_mg: is beyond"),
        (with_readings(ROW | {"load_mg": 16_000_000}), "readings[0].load_mg: must be 0 to Max"),
        (with_readings(ROW | {"addedmg": 1}), "readings[0].addedmg: is no field"),
        (with_readings(ROW | {"added_mg": -1}), "readings[0].added_mg: must be 0 or more"),
        (with_readings({"test": "price", "net_mg": 1}), "readings[0].unit_price_fen_per_kg"),
        (with_readings(*[ROW] * 501), "readings: are more than 500"),
    ],
    ids=str,
)
def test_a_bad_document_is_named_at_its_field(
    empty: Shell, tmp_path: Path, document: object, told: str
) -> None:
    """Exit 2, words on standard error, nothing on standard output."""
    status, found, said = judged(empty, tmp_path, document)
    assert (status, found) == (2, None)
    assert told in said


def test_without_json_it_tells_the_same_in_words(empty: Shell, tmp_path: Path) -> None:
    """For people: each item in a line, what is missing, and the verdict last."""
    (tmp_path / "one.json").write_text(json.dumps(with_readings(ROW)), "utf-8")
    ran = empty("worksheet", "judge", tmp_path / "one.json")
    assert ran.status == 1
    assert "weighing_up" in ran.out
    assert "missing: zero" in ran.out
    assert ran.out.splitlines()[-1].startswith("incomplete")
