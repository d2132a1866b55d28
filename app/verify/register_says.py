"""What the register knows of the things looked at before any weight, as said to the verifier."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext as _

from app.domain.seals import SealOwner, all_intact
from app.domain.software_ids import differs
from app.domain.verdicts import Verdict
from app.models import Scale
from app.standing import Standing
from app.web.formats import day, weight
from app.web.words.say import say

OK, BAD, UNSEEN = "ok", "bad", "not_checked"
BEYOND: Final = frozenset({Verdict.MISMATCH, Verdict.INCONSISTENT})


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the register; ``result`` where it answers the question by itself."""

    text: str
    result: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"text": self.text, "known": self.result or None}


def said(code: str, scale: Scale, standing: Standing) -> Said:
    """Return what the register says of one pre-check; nothing where it knows nothing."""
    found = SAYINGS.get(code)
    return found(scale, standing) if found else Said("")


def seal_needed(scale: Scale) -> bool:
    """Return whether no intact seal of a verification is on record."""
    standing = [seal.state for seal in scale.seals if seal.owner is SealOwner.VERIFICATION]
    return not all_intact(standing)


def _plate(scale: Scale, _standing: Standing) -> Said:
    model = scale.model
    top = " / ".join(weight(one.max_mg) for one in model.ranges)
    low = " / ".join(weight(one.min_mg) for one in model.ranges)
    e = " / ".join(weight(one.e_mg) for one in model.ranges)
    parts = (model.maker.name, model.name, scale.serial_no, model.accuracy.value)
    return Said(" · ".join((*parts, f"Max {top}", f"Min {low}", f"e {e}")))


def _type_approval(scale: Scale, _standing: Standing) -> Said:
    return Said(scale.model.type_approval_no or _("no number on record"))


def _lead_seal(scale: Scale, _standing: Standing) -> Said:
    seals = [seal for seal in scale.seals if seal.owner is SealOwner.MAKER]
    told = [f"{seal.number} {say(seal.state)}".strip() for seal in seals]
    return Said(_(", ").join(told) or _("no seal of the maker on record"))


def _e_equals_d(scale: Scale, _standing: Standing) -> Said:
    return Said(" / ".join(f"e = {weight(one.e_mg)}" for one in scale.model.ranges))


def _three_codes(scale: Scale, _standing: Standing) -> Said:
    codes = (scale.production_code, scale.repair_code, scale.verification_code)
    text = " · ".join(code for code in codes if code) or _("no codes on record")
    return Said(text, OK if all(codes) else "")


def _software_id(scale: Scale, _standing: Standing) -> Said:
    approved = scale.model.software_ids
    if not scale.software_id:
        return Said(_("no software identification on record"))
    if not approved:
        return Said(scale.software_id)
    text = _("%(id)s; approved: %(all)s", id=scale.software_id, all=_(", ").join(approved))
    return Said(text, BAD if differs(scale.software_id, approved) else OK)


def _firmware_level(_scale: Scale, standing: Standing) -> Said:
    reading = standing.facts.reading
    if reading is None:
        return Said(_("The program was never read."), UNSEEN)
    text = f"{say(reading.verdict)} · E{int(reading.level)} · {day(reading.taken_on)}"
    if reading.verdict is Verdict.MATCH:
        enough = reading.level >= (standing.facts.required_level or 0)
        return Said(text, OK if enough else UNSEEN)
    return Said(text, BAD if reading.verdict in BEYOND else UNSEEN)


SAYINGS: Final[Mapping[str, Callable[[Scale, Standing], Said]]] = MappingProxyType(
    {
        "plate": _plate,
        "type_approval": _type_approval,
        "lead_seal": _lead_seal,
        "e_equals_d": _e_equals_d,
        "three_codes": _three_codes,
        "software_id": _software_id,
        "firmware_level": _firmware_level,
    }
)
