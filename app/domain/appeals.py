"""In-service checks (使用中检查) and appeals by arbitration verification (仲裁检定).

Source: 计量法实施细则 35, 36: nobody changes a disputed scale; fifteen days.
"""

from enum import StrEnum


class CheckForce(StrEnum):
    """What a check is worth: evidence takes two officers and a task number."""

    ROUTINE = "routine"
    EVIDENCE = "evidence"


class AppealState(StrEnum):
    """Where an application for arbitration verification stands."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
