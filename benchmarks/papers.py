"""How long a verification certificate takes to be set: two pages, QR code, PDF/A."""

import os
import time
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from app.verify.service.papers import set_paper
from benchmarks.harness import Row, at_most
from benchmarks.sizes import SIZE

GOAL_MS: Final = 40
URL: Final = "https://scales.example.cn/c/01999999-0000-7000-8000-00000000"
FACTS: Final = (
    ("送检单位", "城东农贸市场"),
    ("计量器具名称", "电子计价秤"),
    ("型号 / 规格", "ACS-15　Max 15 kg，Min 100 g"),
    ("准确度等级", "Ⅲ 级"),
    ("检定分度值", "e = d = 5 g"),
    ("出厂编号", "DH2403150017"),
    ("制造单位", "东海衡器有限公司"),
    ("型式批准编号", "2024F0031-32"),
    ("市场内编号", "A-001"),
    ("检定依据", "JJG 539-2016"),
    ("检定类别", "后续检定"),
)
TESTS: Final = (
    *(("称量（加载）", f"{kg} kg", "+2.5 g", "±5 g", "合格") for kg in (1, 2, 5, 10, 15)),
    *(("称量（卸载）", f"{kg} kg", "0 g", "±5 g", "合格") for kg in (10, 5, 2, 1)),
    *(("偏载", "5 kg", "−2.5 g", "±5 g", "合格") for _corner in range(5)),
    *(("重复性", "10 kg", "0 g", "±10 g", "合格") for _time in range(3)),
)


def said(number: int) -> dict[str, Any]:
    """Return what the certificate of a usual scale says."""
    return {
        "kind": "certificate",
        "title": "检 定 证 书",
        "english": "VERIFICATION CERTIFICATE",
        "form": "WT-JD-01",
        "number": f"JD-2026-{number:06d}",
        "url": f"{URL}{number:04d}",
        "issued_on": [2026, 11, 23],
        "body": {
            "name": "某某区计量检定测试所",
            "address": "世纪大道 88 号",
            "phone": "0513-86512345",
            "authorisation": "法计（2024）06123号",
            "authorised_until": "2029年5月31日",
        },
        "facts": FACTS,
        "conclusion": "合格，准予作 Ⅲ 级使用",
        "failed": [],
        "stop": "",
        "way": "",
        "people": [["检定员", "周敏"], ["核验员", "吴建国"], ["批准人", "郑海燕"]],
        "verified_on": "2026年11月23日",
        "valid_until": "2027年11月22日",
        "place": "城东农贸市场　人民路 1 号",
        "environment": [["温度", "20.5 ℃"], ["相对湿度", "56.0 %"]],
        "record": "2026-000123",
        "standard": ["M1等级砝码标准装置", "量标证字第021号", "2028年3月31日"],
        "weights": [[f"F-{n}", "1 kg　M1 级", "L-1", "2027年3月4日"] for n in range(8)],
        "checks": [["铭牌与标识", "符合"]] * 10,
        "errors": TESTS,
        "before": [],
        "marks": [["检定标志编号", "T0001"], ["铅封编号", "Q0001"]],
        "note": "未经本机构书面批准，不得部分复制本文书。",
    }


def certificates() -> Iterator[Row]:
    """One certificate after the other, each with a number and a code of its own."""
    first = _took(0)
    times = [_took(number) for number in range(1, 5 * SIZE.times + 1)]
    note = f"first {first:.0f} ms, {len(times)} of two pages; load {os.getloadavg()[0]:.1f}"
    yield at_most("certificate PDF", median(times), "ms", GOAL_MS, note=note)


def _took(number: int) -> float:
    began = time.perf_counter()
    assert set_paper(said(number)).startswith(b"%PDF")
    return (time.perf_counter() - began) * 1000
