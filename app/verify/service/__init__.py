"""Verification results: what the verification body found of one scale. A plain record for now."""

from app.verify.service.record import (
    NewVerification,
    ResultError,
    VerifiedFault,
    record_verification,
)
from app.verify.service.regulations import Regulation, regulation_on

__all__ = [
    "NewVerification",
    "Regulation",
    "ResultError",
    "VerifiedFault",
    "record_verification",
    "regulation_on",
]
