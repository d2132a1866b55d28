"""What an approved worksheet does to its scale: its result goes on record, and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from app.domain.calendar import local_date
from app.domain.lifecycle import IllegalTransitionError
from app.domain.signing import SigningFault
from app.domain.verification import VerificationKind, VerificationResult
from app.models import Person, Verification, Worksheet
from app.verify.service.record import (
    NewVerification,
    OwnRepairError,
    ResultError,
    VerifiedFault,
    check_verification,
    record_verification,
)

# What a notice names as failing, by test and by pre-check; the words are those of the form.
NAMED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "zero": "zero",
        "tare": "zero",
        "weighing_up": "weighing",
        "weighing_down": "weighing",
        "eccentricity": "eccentricity",
        "repeatability": "repeatability",
        "discrimination": "discrimination",
        "price": "price",
        "lead_seal": "seals",
        "calibration_access": "seals",
        "three_codes": "seals",
        "self_lock": "seals",
        "software_id": "software",
        "firmware_level": "software",
    }
)
OTHER: Final = "plate"
FAULTS: Final[Mapping[tuple[str, VerifiedFault], SigningFault]] = MappingProxyType(
    {
        ("verified_on", VerifiedFault.BEFORE_THE_LAST): SigningFault.SUPERSEDED,
        ("verified_on", VerifiedFault.BEFORE_THE_OPENING): SigningFault.OPENED_SINCE,
        ("label_no", VerifiedFault.MISSING): SigningFault.LABEL_MISSING,
        ("seal_no", VerifiedFault.SEAL_NEEDED): SigningFault.SEAL_MISSING,
        ("seal_no", VerifiedFault.HELD): SigningFault.HELD,
    }
)


def failed_items(worksheet: Worksheet) -> tuple[str, ...]:
    """Return what the worksheet failed, each once, pre-checks first."""
    codes = [
        str(one.get("precheck") or one["test"])
        for one in worksheet.items
        if one["verdict"] == VerificationResult.FAIL.value
    ]
    return tuple(dict.fromkeys(NAMED.get(code, OTHER) for code in codes))


def command(worksheet: Worksheet) -> NewVerification:
    """Return the result of ``worksheet`` as it goes on record."""
    passed = worksheet.verdict is VerificationResult.PASS
    given = worksheet.document
    return NewVerification(
        result=worksheet.verdict,
        kind=worksheet.kind,
        verified_on=local_date(worksheet.finished_at),
        body=worksheet.body.name,
        verifier=worksheet.verifier,
        label_no=given.get("label_no", "") if passed else "",
        seal_no=given.get("seal_no", "") if passed else "",
        failed_items=() if passed else failed_items(worksheet),
        regulation=worksheet.rules,
        worksheet=worksheet.uid,
    )


def fault(
    session: Session, worksheet: Worksheet, *, by: Person, at: datetime
) -> SigningFault | None:
    """Return why the result cannot go on record now; None where it can.

    A check in service has doubled limits: it never makes anything valid for a year.
    """
    if worksheet.kind is VerificationKind.IN_SERVICE:
        return SigningFault.RESULT
    try:
        check_verification(session, worksheet.scale, command(worksheet), by=by.uid, at=at)
    except IllegalTransitionError:
        return SigningFault.STATE
    except OwnRepairError:
        return SigningFault.REPAIRED_IT
    except ResultError as error:
        name, found = next(iter(error.faults.items()))
        return FAULTS.get((name, found), SigningFault.RESULT)
    return None


def settle(session: Session, worksheet: Worksheet, *, by: Person, at: datetime) -> Verification:
    """Put the result on record; the scale moves on by it."""
    return record_verification(session, worksheet.scale, command(worksheet), by=by.uid, at=at)
