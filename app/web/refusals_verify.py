"""The refusals of verification: worksheets, signatures, papers, marks, weights, checks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from app.web.refusal import BACK, CORRECT, Refusal

VERIFY: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "bad_worksheet": Refusal(
            422,
            _l("The worksheet is not as it should be."),
            _l("Reload the page; it keeps what was typed."),
        ),
        "appeal_open": Refusal(
            409,
            _l("An application for arbitration verification of this scale is open."),
            _l("The decision about it lifts the hold."),
        ),
        "appeal_not_open": Refusal(409, _l("This application was ended before."), BACK),
        "not_contested": Refusal(
            422, _l("This result is none of this scale that can be contested."), BACK
        ),
        "no_arbitration": Refusal(
            409,
            _l("No arbitration verification of this scale is approved yet."),
            _l("Other persons verify it again, then it is decided."),
        ),
        "same_arbiter": Refusal(
            403,
            _l("Who took part in the contested result does not arbitrate."),
            _l("Another verifier does it, of another body where there is one."),
        ),
        "check_was_passed": Refusal(
            409, _l("This check was passed, so there is nothing to report."), BACK
        ),
        "check_in_lead": Refusal(
            409, _l("This check is evidence of a lead already."), _l("See the lead.")
        ),
        "check_not_possible": Refusal(
            409, _l("The scale was retired: nothing is in use to be checked."), BACK
        ),
        "check_not_asked": Refusal(
            403,
            _l("Another officer was named as the second one."),
            _l("The officer who was there and was named confirms."),
        ),
        "check_confirmed": Refusal(409, _l("This check was confirmed before."), BACK),
        "check_too_late": Refusal(
            409,
            _l("The second officer confirms within a day. It stays a routine check."),
            _l("Check the scale again, both of you."),
        ),
        "check_without_task": Refusal(
            409,
            _l("Without the number of a task it stays a routine check."),
            _l("Check the scale again under a task."),
        ),
        "too_late_to_appeal": Refusal(
            422,
            _l("The fifteen days after the notice are over."),
            _l("Look at the day on which the notice was received."),
        ),
        "worksheet_incomplete": Refusal(
            422, _l("The worksheet is not complete."), _l("Add what is named, then submit it.")
        ),
        "verification_gate": Refusal(
            403, _l("This verification may not be done now."), _l("Ask the head of your body.")
        ),
        "weights_refused": Refusal(
            422,
            _l("The weights named cannot be used for these loads."),
            _l("Take others and measure again."),
        ),
        "draft_conflict": Refusal(
            409,
            _l("Another device saved this draft since. Nothing was overwritten."),
            _l("Look at both and go on with one of them."),
        ),
        "draft_closed": Refusal(
            410,
            _l("This worksheet was submitted or put away."),
            _l("Look for it among the worksheets."),
        ),
        "no_rule_set": Refusal(
            404, _l("There is no such rule set."), _l("The list has all of them.")
        ),
        "bad_rule_set": Refusal(422, _l("The rule set cannot be taken as it stands."), CORRECT),
        "rule_set_withdrawn": Refusal(409, _l("This version was withdrawn before."), BACK),
        "rules_differ": Refusal(
            409,
            _l("The rule set of that number is another document than at the time."),
            _l("Restore the document whose digest the worksheet names."),
        ),
        "rule_set_built_in": Refusal(
            409,
            _l("This version comes with the program and is not withdrawn."),
            _l("Hand in a higher version of the same regulation."),
        ),
        "paper_revoked": Refusal(409, _l("This paper was revoked before."), BACK),
        "paper_not_possible": Refusal(
            422,
            _l("The paper cannot be set: a sign in it is in none of the fonts."),
            _l("Write the name with other signs, or tell whoever runs the program."),
        ),
        "not_waiting": Refusal(
            409, _l("A worksheet waits for something else by now. Nothing was signed."), BACK
        ),
        "mixed_batch": Refusal(409, _l("One signature is over one market and one body."), BACK),
        "own_repair": Refusal(
            403,
            _l("You repaired this scale; you may not verify or check it."),
            _l("Ask another verifier."),
        ),
        "mark_refused": Refusal(409, _l("This number cannot be used."), CORRECT),
        "mark_unknown": Refusal(
            422, _l("No lot of labels or lead seals has this number."), CORRECT
        ),
        "mark_not_issued_to_you": Refusal(
            409, _l("This number was not issued to you, or was given back."), CORRECT
        ),
        "mark_already_used": Refusal(
            409, _l("This number was used before."), _l("Take the next one.")
        ),
        "mark_voided": Refusal(409, _l("This number was voided."), _l("Take the next one.")),
        "weight_state": Refusal(
            409,
            _l("The weight is not in the state that this asks for. Nothing was changed."),
            BACK,
        ),
        "recall_state": Refusal(
            409,
            _l("The recall has ended, or one of this weight is open already."),
            BACK,
        ),
        "recall_pending": Refusal(409, _l("Scales on the list still wait for a decision."), BACK),
        "stock_day_closed": Refusal(
            409, _l("This day was counted and closed before. Nothing was changed."), BACK
        ),
        "invalid_result": Refusal(
            422, _l("The record is incomplete or contradicts itself."), CORRECT
        ),
        "campaign_state": Refusal(
            409, _l("The campaign or its day does not stand where this could be done."), BACK
        ),
        "crew_not_qualified": Refusal(
            422, _l("Somebody of the crew may not verify there on that day."), BACK
        ),
    }
)
