"""What forms about three codes and one seal offer, and how they stand for a scale."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.configure.forms import Form
from app.domain import gaps
from app.domain.calendar import add_months, local_date
from app.domain.gaps import CODES, LONGEST_DAYS, Gap, Ground, Part
from app.domain.seals import SealKind
from app.models import Scale
from app.web.words.say import say

# What a form suggests: a year, until the next verification.
MONTHS: Final = 12
# A code and its grounds: whoever types one of them means the others.
TOGETHER: Final = tuple((part.value, f"{part}_ground", f"{part}_until") for part in Part)


def words() -> dict[str, Any]:
    """Return the choices of such a form."""
    return {
        "parts": [(part.value, say(part)) for part in CODES],
        "seal_kinds": [(kind.value, say(kind)) for kind in SealKind],
        "grounds": [(ground.value, say(ground)) for ground in Ground],
    }


def ends(at: datetime) -> dict[str, str]:
    """Return the end suggested for each part."""
    return {f"{part}_until": suggested(at) for part in Part}


def suggested(at: datetime) -> str:
    """Return the end that a form suggests."""
    return add_months(local_date(at), MONTHS).isoformat()


def stands(scale: Scale) -> dict[str, str]:
    """Return what the form of ``scale`` holds, without what is only suggested."""
    values = {part.value: getattr(scale, part.value) for part in CODES}
    for part, gap in gaps.read(scale.gaps).items():
        values[f"{part}_ground"] = gap.ground.value
        values[f"{part}_until"] = gap.until.isoformat()
    return values


def filled(scale: Scale, at: datetime) -> Form:
    """Return the form as it stands for ``scale``."""
    return Form(ends(at) | stands(scale))


def of_list(given: Mapping[str, str], at: datetime) -> Gap:
    """Return the grounds for what a list lacks; what cannot be is replaced by what is usual."""
    form = Form.read(given, {"ground": 20, "until": 10})
    ground = form.one_of("ground", Ground, Ground.OLD_TYPE)
    until, today = form.day("until"), local_date(at)
    fits = until is not None and today <= until <= today + timedelta(days=LONGEST_DAYS)
    return Gap(ground, until if until and fits else date.fromisoformat(suggested(at)))
