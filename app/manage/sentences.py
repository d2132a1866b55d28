"""The sentence of each step of a scale's story, from its codes."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.domain.evidence import Level
from app.domain.lifecycle import State
from app.domain.seals import SealState
from app.domain.suspension import DECIDED_AS, OFFICER
from app.domain.verdicts import Verdict
from app.domain.verification import VerificationResult
from app.domain.worksheets import CertificateKind
from app.ledger import remarks
from app.manage.names import Names
from app.manage.reasons import WHY
from app.models import ScaleEvent
from app.web.formats import day
from app.web.words.firmware import LEVEL_CLAIM
from app.web.words.importing import FIELD
from app.web.words.items import ITEMS
from app.web.words.say import say


def _(words: str, **values: object) -> str:
    """Return ``words`` in the language of the page."""
    return str(gettext(words, **values))


def _verdict(event: ScaleEvent) -> str:
    """Return the verdict in words; a match claims no more than its level allows."""
    verdict = Verdict(event.details["verdict"])
    if verdict is Verdict.MATCH:
        return str(LEVEL_CLAIM[Level(event.details.get("level", 0))])
    return say(verdict)


def _registered(_event: ScaleEvent, _names: Names) -> str:
    return _("Entered in the register.")


def _passed(event: ScaleEvent, _names: Names) -> str:
    until = event.details.get("valid_until")
    if not until:
        return _("Passed its verification.")
    return _("Passed its verification, valid until %(day)s.", day=day(date.fromisoformat(until)))


def _failed(event: ScaleEvent, _names: Names) -> str:
    items = [str(ITEMS.get(item, item)) for item in event.details.get("failed_items", ())]
    if not items:
        return _("Failed its verification.")
    return _("Failed its verification: %(items)s.", items=_(", ").join(items))


def _deployed(event: ScaleEvent, names: Names) -> str:
    stall = names.stalls.get(event.details.get("stall", ""))
    trader = names.traders.get(event.details.get("trader", ""))
    if stall and trader:
        return _("Handed out to %(trader)s, stall %(stall)s.", trader=trader, stall=stall)
    return _("Put into service.")


def _returned(event: ScaleEvent, names: Names) -> str:
    stall = names.stalls.get(event.details.get("stall", ""))
    trader = names.traders.get(event.details.get("trader", ""))
    if stall and trader:
        return _("Taken back from %(trader)s, stall %(stall)s.", trader=trader, stall=stall)
    return _("Taken back.")


def _suspended(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if verdict:
        return _("Suspended by a reading: %(verdict)s.", verdict=_verdict(event))
    if event.details.get("recall"):
        return _("Suspended: a weight it was verified with is in doubt.")
    reason = event.details.get("reason", "other")
    why = WHY.get(reason, WHY["other"])
    if event.details.get(DECIDED_AS) == OFFICER:
        if reason == "other":
            return _("Suspended by an officer.")
        return _("Suspended by an officer: %(why)s.", why=str(why))
    return _("Suspended: %(why)s.", why=str(why))


def _resumed(event: ScaleEvent, _names: Names) -> str:
    if event.details.get("recall"):
        return _("Back in use: the weight it was verified with was good.")
    return _("Back in use.")


def _recall_decided(event: ScaleEvent, _names: Names) -> str:
    if event.details.get("decision") == "keep":
        return _("A weight it was verified with is in doubt; the body lets the mark stand.")
    return _("A weight it was verified with is in doubt; it is to be verified again.")


def _expired(event: ScaleEvent, _names: Names) -> str:
    if event.to_state is State.SUSPENDED:
        return _("The validity ran out; suspended.")
    return _("The validity ran out; verification is due.")


def _read(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if not verdict:
        return _("The program was read; the judgement waits for the whole image.")
    if event.details.get("counts"):
        return _("The program was read: %(verdict)s.", verdict=_verdict(event))
    return _("The program was read: %(verdict)s. This changes nothing.", verdict=_verdict(event))


def _judged(event: ScaleEvent, _names: Names) -> str:
    verdict = event.details.get("verdict")
    if not verdict:
        return _("A reading was judged again.")
    return _("A reading was judged again: %(verdict)s.", verdict=_verdict(event))


def _sealed(event: ScaleEvent, _names: Names) -> str:
    state = SealState(event.details.get("state", "intact"))
    number = event.details.get("number", "")
    return _("Seal %(number)s: %(state)s.", number=number, state=say(state))


def _opened(event: ScaleEvent, _names: Names) -> str:
    seals = [str(number) for number in event.details.get("seals", ())]
    if not seals:
        return _("The case was opened.")
    return _("The case was opened, breaking seal %(numbers)s.", numbers=_(", ").join(seals))


def _by_document(words: Any) -> Callable[[ScaleEvent, Names], str]:  # noqa: ANN401 - lazy text
    def sentence(event: ScaleEvent, _names: Names) -> str:
        number = event.details.get("document", "")
        return _("%(what)s (%(number)s)", what=words, number=number) if number else str(words)

    return sentence


def _filed(event: ScaleEvent, _names: Names) -> str:
    told = event.details
    on = day(date.fromisoformat(told["on"]))
    return _("Filed with the authority on %(day)s (%(number)s).", day=on, number=told["filing"])


def _tagged(event: ScaleEvent, _names: Names) -> str:
    return _("Tag %(number)s bound.", number=event.details.get("number", ""))


def _untagged(event: ScaleEvent, _names: Names) -> str:
    return _("Tag %(number)s revoked.", number=event.details.get("number", ""))


def _copy_resolved(event: ScaleEvent, _names: Names) -> str:
    if event.details.get("outcome") == "voided":
        return _("Its tag was seen twice: a copy, so the tag was voided.")
    return _("Its tag was seen twice: no copy, it is explained.")


def _corrected(event: ScaleEvent, _names: Names) -> str:
    fields = _(", ").join(str(FIELD.get(name, name)) for name in event.details.get("fields", ()))
    return _("Corrected by an imported list: %(fields)s.", fields=fields)


def _put_right(event: ScaleEvent, _names: Names) -> str:
    known = {**FIELD, "role": _("Serves as")}
    fields = _(", ").join(str(known.get(name, name)) for name in event.details.get("fields", ()))
    return _("Its data was corrected: %(fields)s.", fields=fields)


def _papered(words: Any) -> Callable[[ScaleEvent, Names], str]:  # noqa: ANN401 - lazy text
    def sentence(event: ScaleEvent, _names: Names) -> str:
        kind = say(CertificateKind(event.details["kind"]))
        return str(words) % {"kind": kind, "number": event.details["number"]}

    return sentence


def _baseline(event: ScaleEvent, _names: Names) -> str:
    said = _("The program and calibration were recorded as the baseline.")
    return f"{said} {_shown(event)}".strip()


def _counters(event: ScaleEvent, _names: Names) -> str:
    if event.details.get("unexplained"):
        words = _("The counters differ, with no repair or verification on record:")
    else:
        words = _("The counters were read:")
    return f"{words} {_shown(event)}"


def _shown(event: ScaleEvent) -> str:
    said = event.details
    return f"C {said['calibration']} · P {said['parameters']}" if "calibration" in said else ""


def _appeal_ended(event: ScaleEvent, names: Names) -> str:
    said = {
        "overturned": _l("Arbitration overturned the contested result"),
        "confirmed": _l("Arbitration confirmed the contested result"),
    }
    words = said.get(event.details.get("contested", ""), _l("The arbitration was ended"))
    return _by_document(words)(event, names)


def _in_service(event: ScaleEvent, _names: Names) -> str:
    if event.details["verdict"] == VerificationResult.PASS.value:
        return _("Checked in service: within the in-service limits. This is no verification.")
    return _("Checked in service: check not passed.")


def _plainly(words: Any) -> Callable[[ScaleEvent, Names], str]:  # noqa: ANN401 - a lazy text
    return lambda _event, _names: str(words)


KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"hold": "stopped", "stop_order": "stopped", "case_opened": "attention", "pass": "valid"}
)
SENTENCES: Final[Mapping[str, Callable[[ScaleEvent, Names], str]]] = MappingProxyType(
    {
        "register": _registered,
        "submit": _plainly(_l("Verification was asked for.")),
        "pass": _passed,
        "fail": _failed,
        "deploy": _deployed,
        "return": _returned,
        "suspend": _suspended,
        "resume": _resumed,
        "recall_decided": _recall_decided,
        "expire": _expired,
        "send_to_repair": _plainly(_l("Sent to repair.")),
        "complete_repair": _plainly(_l("Back from repair; verification is due.")),
        "store": _plainly(_l("Sealed up and stored.")),
        "retire": _plainly(_l("Retired for good.")),
        "evidence": _read,
        "evidence_judged": _judged,
        "seal_recorded": _sealed,
        "certificate_issued": _papered(_l("%(kind)s %(number)s was issued.")),
        "certificate_revoked": _papered(_l("%(kind)s %(number)s no longer stands.")),
        "case_opened": _opened,
        "filed": _filed,
        "grounds_given": _plainly(
            _l("Its codes were gone through; what is missing has grounds and an end.")
        ),
        "batch_assigned": _plainly(_l("It was written down with which batch it came.")),
        "photo": _plainly(_l("A photo of the plate was taken.")),
        "baseline": _baseline,
        "counters_read": _counters,
        remarks.ERASED: _plainly(_l("Words added to this story were erased.")),
        "list_corrected": _corrected,
        "plate_corrected": _put_right,
        "import_undone": _plainly(_l("What an imported list had changed was undone.")),
        "code_adopted": _plainly(_l("A code of another system on it was recorded.")),
        "code_given_up": _plainly(_l("A code of another system is no longer on it.")),
        "tag_bound": _tagged,
        "tag_revoked": _untagged,
        "tag_copy_resolved": _copy_resolved,
        "appeal_recorded": _by_document(_l("Arbitration verification was applied for")),
        "appeal_ended": _appeal_ended,
        "in_service_check": _in_service,
        "in_service_confirmed": _by_document(
            _l("A second officer confirmed the in-service check; it counts as evidence")
        ),
        "upload_ticked": _by_document(_l("A result was entered on the national platform")),
        "upload_taken_back": _by_document(
            _l("It was taken back that a result is on the national platform")
        ),
        "hold": _by_document(_l("Held as evidence")),
        "release_hold": _by_document(_l("The hold as evidence was lifted")),
        "stop_order": _by_document(_l("An authority ordered it out of use")),
        "lift_stop_order": _by_document(_l("The order to stop was lifted")),
        "finding_resolved": _by_document(_l("The finding was concluded")),
        "lead_opened": _plainly(_l("A lead was opened from an in-service check.")),
        "lead_supported": _plainly(_l("An in-service check became evidence of the lead.")),
        "lead_handed_over": _by_document(_l("The lead was handed over to the authority")),
        "lead_closed": _by_document(_l("The lead was closed")),
    }
)
