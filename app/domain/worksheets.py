"""A worksheet's way (检定原始记录): written, checked, approved; and who takes each step.

Source: 计量检定印、证管理办法 8 (检定, 核验, 批准 are three signatures).
"""

from enum import StrEnum


class WorksheetState(StrEnum):
    """How far a worksheet has come; only an approved one has effect on the scale."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    CHECKED = "checked"
    APPROVED = "approved"
    VOID = "void"


class SignatureStep(StrEnum):
    """Whose signature it is: 检定, 核验, 批准."""

    VERIFIED = "verified"
    CHECKED = "checked"
    APPROVED = "approved"


class ReviewMark(StrEnum):
    """Why a checker should look twice; a mark decides nothing."""

    DUPLICATE_VALUES = "duplicate_values"
    TOO_FAST = "too_fast"
    CONDITIONS = "conditions"


class CertificateKind(StrEnum):
    """检定证书 or 检定结果通知书."""

    CERTIFICATE = "certificate"
    REJECTION_NOTICE = "rejection_notice"
