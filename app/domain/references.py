"""Reference images: where they come from and who may approve them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReferenceStatus(StrEnum):
    """Where a reference image is between upload and use; only approved ones judge."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """What vouches for the image: 型评留样, 厂家函, N 台新秤一致."""

    TYPE_SAMPLE = "type_sample"
    MAKER_LETTER = "maker_letter"
    ALIKE_SCALES = "alike_scales"


STEPS: Final[Mapping[ReferenceStatus, frozenset[ReferenceStatus]]] = MappingProxyType(
    {
        ReferenceStatus.SUBMITTED: frozenset({ReferenceStatus.APPROVED, ReferenceStatus.REJECTED}),
        ReferenceStatus.APPROVED: frozenset({ReferenceStatus.WITHDRAWN}),
        ReferenceStatus.REJECTED: frozenset(),
        ReferenceStatus.WITHDRAWN: frozenset(),
    }
)


def may_become(status: ReferenceStatus, following: ReferenceStatus) -> bool:
    """Return whether a reference that is ``status`` may become ``following``."""
    return following in STEPS[status]


def may_approve(uploader: int | str, approver: int | str) -> bool:
    """Return whether ``approver`` may approve: the uploader's is the first of two hands."""
    return uploader != approver
