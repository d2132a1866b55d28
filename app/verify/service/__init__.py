"""Verification results: what the verification body found of one scale. A plain record for now."""

from app.verify.service.record import (
    NewVerification,
    OwnRepairError,
    ResultError,
    VerifiedFault,
    check_verification,
    record_verification,
)

__all__ = [
    "NewVerification",
    "OwnRepairError",
    "ResultError",
    "VerifiedFault",
    "check_verification",
    "record_verification",
]
