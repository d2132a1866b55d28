"""Verification results: what the verification body found of one scale. A plain record for now."""

from app.verify.service.record import (
    NewVerification,
    OwnRepairError,
    ResultError,
    VerifiedFault,
    check_verification,
    record_verification,
)
from app.verify.service.regulations import Regulation, regulation_on

__all__ = [
    "NewVerification",
    "OwnRepairError",
    "Regulation",
    "ResultError",
    "VerifiedFault",
    "check_verification",
    "record_verification",
    "regulation_on",
]
