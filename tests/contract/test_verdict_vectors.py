"""The verdict in two languages: Python writes the vectors, the browser module reads them.

After a change of the rules: WRITE_VECTORS=1 pytest tests/contract/test_verdict_vectors.py
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from app.domain.rules.builtin import built_in
from app.domain.rules.document import read_worksheet, written
from app.domain.rules.reading import WorksheetError
from tests.contract.verdict_cases import cases

VECTORS = Path("tests/vectors/verdicts.json")
RUN = """
import { readFileSync } from "node:fs";
import { judge, judgePoint } from "./app/web/assets/worksheet/rules.js";
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const files = ["jjg539-2016", "jjg1204-2025", "oiml-r76"];
const documents = files.map((name) => read(`app/domain/rules/data/${name}.json`));
const answers = read("tests/vectors/verdicts.json").cases.map(({ worksheet: one }) => {
  const rules = documents.find((each) => each.identifier === one.regulation);
  const scale = { rules, accuracy: one.class, ranges: one.ranges, kind: one.kind };
  try {
    const { verdict, items, missing } = judge(scale, one.readings);
    const names = ["test", "load_mg", "error_mg", "mpe_mg", "verdict", "borderline"];
    const told = items.map((item) => names.map((name) => item[name]));
    return { verdict, items: told, missing };
  } catch (error) {
    if (!(error instanceof RangeError) || !error.field) throw error;
    return { refused: error.field };
  }
});
console.log(JSON.stringify(answers));
"""


def expected(worksheet: dict[str, Any]) -> dict[str, Any]:
    """Return what the server makes of ``worksheet``."""
    try:
        judgement = read_worksheet(worksheet, built_in()).judge()
    except WorksheetError as error:
        return {"refused": error.field}
    found = written(judgement)
    items = zip(found["items"], judgement.items, strict=True)
    return found | {"items": [[*told.values(), item.borderline] for told, item in items]}


def test_the_device_and_the_server_judge_alike() -> None:
    """Every worksheet: verdict, errors, limits, what is missing, what is borderline, refusals."""
    told = [{"worksheet": one, "judged": expected(one)} for one in cases()]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in told)
    text = f'{{"cases":[\n{lines}\n]}}\n'
    if os.environ.get("WRITE_VECTORS"):
        VECTORS.write_text(text, "utf-8")
    assert VECTORS.read_text("utf-8") == text, "the rules changed: write the vectors anew"
    node = shutil.which("node", path=f".venv/bin{os.pathsep}{os.environ['PATH']}")
    assert node
    ran = subprocess.run(
        [node, "--input-type=module", "--eval", RUN], check=True, capture_output=True, text=True
    )
    for one, answer in zip(told, json.loads(ran.stdout), strict=True):
        assert answer == one["judged"], one["worksheet"]
    verdicts = {one["judged"].get("verdict") for one in told}
    assert verdicts == {"pass", "fail", "incomplete", None}
