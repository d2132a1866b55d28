"""Words of the ledger: what was done, to what kind of thing. A code without words stays a code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.lifecycle import Action

# By action, and by "kind action" where the same word means another deed.
DEED: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "register": _l("put on the register"),
        "person register": _l("made the account"),
        "grant": _l("gave a role"),
        "person withdraw": _l("took a role away"),
        "disable": _l("closed the account"),
        "erase": _l("erased name and login"),
        "password": _l("set a password"),
        "second_factor": _l("set up the second factor"),
        "pin": _l("set the PIN"),
        "device_bound": _l("bound a device"),
        "device_unbound": _l("unbound a device"),
        "recovery_codes": _l("made recovery codes"),
        "recovery_code_used": _l("used a recovery code"),
        "reset": _l("asked for a reset"),
        "reset_alone": _l("reset without a second administrator"),
        "reset_consent": _l("consented to the reset"),
        "signed_out": _l("ended all sessions"),
        "token_made": _l("made an API token"),
        "token_ended": _l("ended an API token"),
        "stop_order": _l("recorded a stop order"),
        "lift_stop_order": _l("lifted the stop order"),
        "hold": _l("recorded an evidence hold"),
        "release_hold": _l("lifted the evidence hold"),
        "case_opened": _l("recorded an opening"),
        "filed": _l("recorded a filing"),
        "finding_resolved": _l("concluded a finding"),
        "lead_handed_over": _l("handed the lead over"),
        "lead_closed": _l("closed the lead"),
        "tag_bound": _l("issued a tag"),
        "tag_revoked": _l("voided a tag"),
        "tag_copy_resolved": _l("resolved a tag seen twice"),
        "blank_tags_made": _l("made a batch of blank tags"),
        "stall tag_bound": _l("made the card of the stall"),
        "person tag_bound": _l("made the staff card"),
        "photo": _l("took a photo"),
        "grounds_given": _l("gave grounds for missing codes"),
        "batch_assigned": _l("wrote down the batch"),
        "change": _l("corrected it"),
        "evidence": _l("took a reading in"),
        "evidence_judged": _l("judged a reading"),
        "seal_recorded": _l("recorded a seal"),
        "enrol": _l("enrolled the station"),
        "renew_code": _l("made a new enrolment code"),
        "revoke": _l("shut the station out"),
        "assign": _l("put a scale on a port"),
        "unassign": _l("took a scale off a port"),
        "reference submit": _l("submitted the reference"),
        "rule_set install": _l("put a rule set into force"),
        "rule_set withdraw": _l("withdrew a rule set"),
        "approve": _l("approved the reference"),
        "reject": _l("turned the reference down"),
        "reference withdraw": _l("withdrew the reference"),
        "import_begun": _l("began an import"),
        "import_read": _l("read the list of an import"),
        "import_mapped": _l("named the columns of an import"),
        "epoch": _l("opened a new epoch after a restore"),
        "import_reading": _l("is reading an import"),
        "import_ready": _l("has an import ready"),
        "import_applying": _l("is applying an import"),
        "import_applied": _l("applied an import"),
        "import_undoing": _l("is undoing an import"),
        "import_undone": _l("undid an import"),
        "list_corrected": _l("corrected from a list"),
        "remark_erased": _l("erased a remark"),
        "code_adopted": _l("adopted a code"),
        "code_given_up": _l("gave a code up"),
        "baseline": _l("recorded the baseline"),
        "worksheet_submitted": _l("submitted the worksheet"),
        "sign": _l("signed worksheets"),
        "worksheet verified": _l("signed the worksheet as verifier"),
        "worksheet checked": _l("checked the worksheet"),
        "worksheet approved": _l("approved the worksheet"),
        "send_back": _l("sent the worksheet back"),
        "set_aside": _l("set the worksheet aside"),
        "counters_read": _l("read the counters"),
        "transition_rule record": _l("recorded the last day of old types"),
        "transition_rule withdraw": _l("withdrew the last day of old types"),
        "replacement_price record": _l("recorded the price"),
        "replacement_price withdraw": _l("withdrew the price"),
        "stall goods": _l("recorded what it sells"),
        Action.SUBMIT: _l("asked for verification"),
        Action.PASS: _l("recorded a pass"),
        Action.FAIL: _l("recorded a fail"),
        Action.DEPLOY: _l("handed out"),
        Action.RETURN: _l("took back"),
        Action.SUSPEND: _l("suspended"),
        Action.RESUME: _l("resumed"),
        Action.EXPIRE: _l("let the validity end"),
        Action.SEND_TO_REPAIR: _l("sent to repair"),
        Action.COMPLETE_REPAIR: _l("completed the repair"),
        Action.STORE: _l("stored"),
        Action.RETIRE: _l("took out of service for good"),
    }
)
KIND: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "scale": _l("scale"),
        "person": _l("account"),
        "station": _l("station"),
        "reference": _l("reference"),
        "scale_model": _l("model"),
        "maker": _l("maker"),
        "region": _l("region"),
        "place": _l("place"),
        "stall": _l("stall"),
        "trader": _l("trader"),
        "procurement": _l("batch"),
        "agreement": _l("agreement"),
        "epoch": _l("epoch"),
        "import_session": _l("import"),
        "transition_rule": _l("last day of old types"),
        "replacement_price": _l("price of a replacement"),
    }
)


def deed(kind: str, action: str) -> str:
    """Return the words for ``action`` done to a thing of ``kind``."""
    return str(DEED.get(f"{kind} {action}") or DEED.get(action, action))


def kind_of(kind: str) -> str:
    """Return the word for a kind of thing."""
    return str(KIND.get(kind, kind))
