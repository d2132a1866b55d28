"""`wutong worksheet`: the verdict of a worksheet, without a database or a server."""

import json
import sys
from pathlib import Path
from typing import Final, NoReturn

import click

from app.cli.context import FINDING
from app.domain.rules.builtin import built_in
from app.domain.rules.document import Worksheet, read_worksheet, written
from app.domain.rules.judging import Judgement, Outcome
from app.domain.rules.reading import WorksheetError
from app.web.strict_json import JsonTooLargeError, StrictJsonError, read_object

WRONG_USAGE: Final = 2
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
WORDS: Final = {
    Outcome.PASS: "pass: every item is within its limit and none is missing",
    Outcome.FAIL: "fail: an item is beyond its limit",
    Outcome.INCOMPLETE: "incomplete: no item is beyond its limit, but some are missing",
}


@click.group("worksheet")
def worksheet() -> None:
    """Verification worksheets."""


@worksheet.command("judge")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="print the verdict as JSON")
def judge_file(file: Path, *, as_json: bool) -> None:
    """Judge the worksheet in FILE: exit 0 for a pass, 1 for a fail or an incomplete one.

    By the rule sets that come with the program; no server and no database is needed.
    """
    found, judgement = _judged(file)
    if as_json:
        click.echo(json.dumps(written(judgement), ensure_ascii=False, indent=2))
    else:
        _tell(found, judgement)
    raise SystemExit(0 if judgement.verdict is Outcome.PASS else FINDING)


def _judged(file: Path) -> tuple[Worksheet, Judgement]:
    try:
        found = read_worksheet(read_object(file.read_bytes()), built_in())
        return found, found.judge()
    except (StrictJsonError, JsonTooLargeError, WorksheetError) as error:
        _refuse(f"{file}: {error}")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(WRONG_USAGE)


def _tell(found: Worksheet, judgement: Judgement) -> None:
    click.echo(f"{found.rule_set.name}, {found.kind}, class {found.accuracy}")
    for item in judgement.items:
        told = f"{item.test:<14} {item.load_mg:>12} mg  error {item.error_mg:>+9} mg"
        mark = "" if not item.borderline else "  changeover weights decide"
        click.echo(f"  {told}  limit {item.mpe_mg:>7} mg  {item.verdict}{mark}")
    for each in judgement.missing:
        click.echo(f"  missing: {each.code}")
    click.echo(WORDS[judgement.verdict])


COMMANDS: Final = (worksheet,)
