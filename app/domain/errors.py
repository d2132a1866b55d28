"""The base of all broken rules."""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the fleet was broken.

    ``code`` is public API: tablets and scripts match on it, so once released it
    never changes. The HTTP status and the sentence shown belong to ``app.web``.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts
