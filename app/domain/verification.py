"""What kind of verification there was, and how it ended."""

from enum import StrEnum


class VerificationKind(StrEnum):
    """Why a scale was verified: 首次检定, 后续检定, 使用中检查."""

    INITIAL = "initial"
    SUBSEQUENT = "subsequent"
    IN_SERVICE = "in_service"


class VerificationResult(StrEnum):
    """How it ended; a failed one cancels the mark that stood before (印证管理办法 7)."""

    PASS = "pass"  # noqa: S105 - the result of a verification
    FAIL = "fail"
