"""Every refusal in one table: its HTTP status, what happened, what to do.

Keyed by the stable ``code`` of the error. A new error class needs its line here;
``tests/web/test_refusals.py`` finds the ones without.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from app.web.refusal import ASK, BACK, CORRECT, HELD, PROGRAM, Refusal
from app.web.refusals_attest import ATTEST
from app.web.refusals_configure import CONFIGURE
from app.web.refusals_verify import VERIFY

REFUSALS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        "tag_not_blank": Refusal(
            409, _l("This tag is not blank any more."), _l("Scan it to see what it stands for.")
        ),
        "own_tag": Refusal(
            409,
            _l("This is a tag of ours; it is bound and voided in its own way."),
            _l("Use the tag's own buttons on the page of the scale."),
        ),
        # the end of old types
        "dates_concern_others": Refusal(
            403,
            _l("These dates hold for other regions too."),
            _l("Ask whoever answers for all of them, or the administrator."),
        ),
        "typeset_not_possible": Refusal(
            503, _l("The document cannot be set on paper."), _l("Tell the administrator.")
        ),
        "bad_counter": Refusal(422, _l("A counter is a whole number from 0 up."), CORRECT),
        # lists of the county's own
        "list_unreadable": Refusal(
            422, _l("This file cannot be read as a list."), _l("Save it as .xlsx and try again.")
        ),
        # what a camera read or a hand typed
        "scan_empty": Refusal(
            422, _l("Nothing was read."), _l("Scan again, or type the number beside the code.")
        ),
        "scan_too_long": Refusal(
            422,
            _l("This is longer than any code on a scale."),
            _l("Scan the code on the scale itself."),
        ),
        "scan_unseen_characters": Refusal(
            422,
            _l(
                "It holds characters that cannot be seen,"
                " so nobody could compare it with the scale."
            ),
            _l("Do not trust this code; look for the scale by its number."),
        ),
        # people and what they may do
        "not_signed_in": Refusal(401, _l("You are not signed in."), _l("Sign in and go on.")),
        "forbidden": Refusal(403, _l("This is not for the roles you hold."), ASK),
        "insufficient_scope": Refusal(
            403,
            _l("This token was not made for that."),
            _l("Make one with the scope that the documentation names."),
        ),
        "second_factor_required": Refusal(
            403, _l("Your role needs the second factor."), _l("Type the six digits first.")
        ),
        "step_up_required": Refusal(
            403,
            _l("This act has effect in law and needs you in person."),
            _l("Do it on a page and confirm with the second factor."),
        ),
        "wrong_password": Refusal(403, _l("Name or password is wrong."), CORRECT),
        "wrong_code": Refusal(403, _l("The six digits are wrong or were used."), CORRECT),
        "second_factor_stale": Refusal(
            403, _l("The second factor is too long ago."), _l("Type the six digits again.")
        ),
        "session_locked": Refusal(
            403, _l("This shared device is locked."), _l("Type your PIN. Nothing was lost.")
        ),
        "password_due": Refusal(
            403, _l("Your password is too old."), _l("Set a new one, then go on.")
        ),
        "wrong_pin": Refusal(403, _l("This is not your PIN."), CORRECT),
        "pin_locked": Refusal(
            429,
            _l("The PIN is locked on this device after five wrong tries."),
            _l("Sign in with the authenticator's six digits; the PIN works again then."),
        ),
        "weak_pin": Refusal(
            422, _l("This PIN is too easy to guess."), _l("Take six digits of your own.")
        ),
        "wrong_recovery_code": Refusal(
            403, _l("This is none of your recovery codes, or it was used."), CORRECT
        ),
        "same_person": Refusal(
            409,
            _l("This act takes two persons on two devices."),
            _l("Have somebody else do it, on a device you did not bind."),
        ),
        "no_reset": Refusal(404, _l("There is no reset that waits for consent."), BACK),
        "too_many_requests": Refusal(
            429,
            _l("Too many requests came from here."),
            _l("Wait a minute, then try again."),
        ),
        "request_timeout": Refusal(
            408, _l("The request took too long to arrive."), _l("Try again.")
        ),
        "too_many_tries": Refusal(
            429, _l("There were too many tries."), _l("Wait a few minutes, then try again.")
        ),
        "weak_password": Refusal(
            422, _l("This password is too easy to guess."), _l("Choose a longer one.")
        ),
        "bad_login": Refusal(422, _l("This sign-in name cannot be used."), CORRECT),
        "login_taken": Refusal(409, _l("This sign-in name is taken."), _l("Choose another one.")),
        "unknown_person": Refusal(404, _l("There is no such person here."), BACK),
        "unknown_region": Refusal(404, _l("There is no such region here."), BACK),
        "roles_apart": Refusal(
            409, _l("One person may not hold both roles."), _l("Give the role to somebody else.")
        ),
        "wrong_reset": Refusal(403, _l("This link or code was used or is too old."), ASK),
        # requests
        "malformed_json": Refusal(400, _l("The body is not JSON that means one thing."), PROGRAM),
        "not_json": Refusal(415, _l("The body has another media type than expected."), PROGRAM),
        "body_too_large": Refusal(413, _l("The body is too long."), PROGRAM),
        "invalid_request": Refusal(422, _l("Some fields are not as they should be."), CORRECT),
        "bad_cursor": Refusal(
            400, _l("This place in the list is not known."), _l("Start at the first page.")
        ),
        "precondition_required": Refusal(428, _l("The version read is not named."), PROGRAM),
        "precondition_failed": Refusal(
            412,
            _l("Somebody else changed this since you read it. Nothing was overwritten."),
            BACK,
        ),
        "idempotency_conflict": Refusal(422, _l("This key was used for another request."), PROGRAM),
        "bad_envelope": Refusal(400, _l("The signed document is not one of ours."), PROGRAM),
        "bad_signature": Refusal(403, _l("The signature is wrong."), PROGRAM),
        "digest_mismatch": Refusal(
            422, _l("The bytes are not those that were announced."), _l("Send them again.")
        ),
        "bad_regions": Refusal(422, _l("The parts of the memory overlap or are empty."), CORRECT),
        # files
        "upload_too_large": Refusal(413, _l("The file is too large."), _l("Choose a smaller one.")),
        "upload_missing": Refusal(422, _l("No file was chosen, or it is empty."), CORRECT),
        "bad_photo": Refusal(
            422, _l("The file is not a photo that can be read."), _l("Take a JPEG, PNG or WebP.")
        ),
        **ATTEST,
        **CONFIGURE,
        **VERIFY,
        # scales
        "illegal_transition": Refusal(
            409,
            _l("This act is not open to the scale in its present state. Nothing was changed."),
            BACK,
        ),
        "blocked": Refusal(
            409, _l("The conditions of this act are not met. Nothing was changed."), BACK
        ),
        "evidence_held": Refusal(
            409, _l("The scale is held as evidence. Nothing was changed."), HELD
        ),
        "bulk_too_many": Refusal(
            422,
            _l("These are more than 5,000 scales. Nothing was done."),
            _l("Narrow the filter, for example to one market."),
        ),
        "bulk_of_none": Refusal(
            422, _l("No scale was chosen, or none of them can. Nothing was done."), BACK
        ),
        "bulk_started": Refusal(409, _l("This was started already. Nothing was done twice."), BACK),
        "filing_malformed": Refusal(
            422, _l("A filing has a number and a day that is past. Nothing was changed."), CORRECT
        ),
        "filing_of_retired": Refusal(
            409, _l("The scale is retired, nothing is filed of it any more."), BACK
        ),
        "too_many_filters": Refusal(
            409, _l("You have kept twenty filters already."), _l("Remove one of them first.")
        ),
        "filter_name": Refusal(
            422,
            _l("A filter needs a name that none of your others has, of forty signs at most."),
            CORRECT,
        ),
        "filter_empty": Refusal(
            422, _l("This filters nothing, so there is nothing to keep."), CORRECT
        ),
        "not_for_persons": Refusal(
            409, _l("Time or a verification record does this, no person."), BACK
        ),
        "wrong_place": Refusal(
            422, _l("The stall or the trader is missing, or belongs elsewhere."), CORRECT
        ),
        "no_order": Refusal(409, _l("There is no order or hold to lift."), BACK),
        "order_stands": Refusal(409, _l("An order is in force already."), BACK),
        "no_document": Refusal(422, _l("The number of the document is missing."), CORRECT),
        "not_approved": Refusal(
            409, _l("Only an approved verification has papers."), _l("Let it be approved first.")
        ),
        "invalid_fields": Refusal(422, _l("Some fields are not as they should be."), CORRECT),
        "illegal_step": Refusal(
            409, _l("This step does not begin where the case is now. Nothing was changed."), BACK
        ),
        # tags and programs
        "tag_exists": Refusal(
            409, _l("The scale carries a tag already."), _l("Revoke that one first.")
        ),
        "tag_revoked": Refusal(409, _l("The tag was revoked before."), BACK),
        "copy_tag_in_use": Refusal(
            409, _l("The tag is still in use."), _l("Void it on the page of the scale first.")
        ),
        "copy_closed": Refusal(409, _l("This was resolved before."), BACK),
        "copy_note_missing": Refusal(
            422, _l("Say what was found; an explanation wants words."), CORRECT
        ),
        "unknown_reason": Refusal(
            422, _l("A card is voided because it is damaged, lost, or no longer needed."), CORRECT
        ),
        "scale_retired": Refusal(409, _l("A retired scale gets no tag."), BACK),
        "sheet_not_possible": Refusal(
            503, _l("The sheet cannot be set: a font is missing."), _l("Tell the administrator.")
        ),
        "unknown_profile": Refusal(404, _l("There is no profile of that name."), CORRECT),
        "wrong_number": Refusal(
            422, _l("This is not one of our numbers: a digit is wrong or missing."), CORRECT
        ),
        "not_found": Refusal(
            404,
            _l("There is nothing here."),
            _l("It may be gone or lie in another region. Look for it by its number."),
        ),
        "conflict": Refusal(
            409, _l("Somebody else changed this meanwhile. Nothing was overwritten."), BACK
        ),
        "keys_missing": Refusal(503, _l("The server is not ready."), _l("Tell the administrator.")),
        "schema_busy": Refusal(503, _l("The server is not ready."), _l("Tell the administrator.")),
        "domain_error": Refusal(422, _l("This was refused. Nothing was changed."), BACK),
    }
)

# What HTTP itself refuses, by status.
PLAIN: Final[Mapping[int, Refusal]] = MappingProxyType(
    {
        400: Refusal(400, _l("The request could not be understood."), BACK),
        401: REFUSALS["not_signed_in"],
        403: REFUSALS["forbidden"],
        404: Refusal(
            404,
            _l("There is nothing at this address."),
            _l("Check the address, or scan the tag again."),
        ),
        405: Refusal(405, _l("This address does not take that kind of request."), BACK),
        406: Refusal(406, _l("This address has no such format."), PROGRAM),
        408: Refusal(408, _l("The request took too long to arrive."), _l("Try again.")),
        410: Refusal(410, _l("This is over and gone."), BACK),
        413: Refusal(413, _l("That was too much at once."), _l("Send a smaller file.")),
        414: Refusal(414, _l("The address is too long."), BACK),
        415: REFUSALS["not_json"],
        428: REFUSALS["precondition_required"],
        429: Refusal(
            429,
            _l("Too many requests came from here."),
            _l("Wait a minute, then try again."),
        ),
        431: Refusal(431, _l("The request's headers are too long."), BACK),
        500: Refusal(
            500,
            _l("Something went wrong on our side. Nothing was half done."),
            _l("Try again in a minute. If it stays, tell the administrator the number below."),
        ),
        503: Refusal(503, _l("The server is busy."), _l("Try again in a moment.")),
    }
)
CSRF: Final = Refusal(
    400,
    _l("The page was open too long, or came from elsewhere. Nothing was changed."),
    _l("Open the page again and repeat the step."),
)


def of_code(code: str) -> Refusal:
    """Return how a refusal with ``code`` is shown; unknown codes are plain refusals."""
    return REFUSALS.get(code, REFUSALS["domain_error"])


def of_status(status: int) -> Refusal:
    """Return how a refusal of HTTP itself is shown."""
    return PLAIN.get(status, PLAIN[500 if status >= 500 else 400])  # noqa: PLR2004 - HTTP's own
