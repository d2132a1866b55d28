"""A past verdict, reckoned again under the rules of its day.

The worksheet keeps which version of which rule set it was judged by, and the digest of that
document: with the same rules the same readings give the same items, or something was changed.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.rules.choosing import NoRuleSetError
from app.models import Worksheet
from app.verify.service.documents import Document
from app.verify.service.rulesets import HeldRuleSet, rule_set_named
from app.verify.service.verdict import Verdict, verdict

__all__: Final = ("NoRuleSetError", "Recomputed", "RulesDifferError", "recompute")


class RulesDifferError(DomainError):
    """The rule set of that name and number is not the one that the worksheet was judged by."""

    code = "rules_differ"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What comes of the worksheet today, under the rules of its day."""

    held: HeldRuleSet
    verdict: Verdict
    agrees: bool


def recompute(session: Session, worksheet: Worksheet) -> Recomputed:
    """Return the verdict of ``worksheet`` reckoned again; nothing is written.

    Raises:
        NoRuleSetError: Its rule set is nowhere any more.
        RulesDifferError: Its rule set is another document now.
    """
    held = rule_set_named(session, worksheet.rules, worksheet.rules_version)
    if held.sha256 != worksheet.rules_sha256:
        raise RulesDifferError(f"{held.rules.name} is another document than at the time")
    found = verdict(held.rules, worksheet.scale.model, Document.read(worksheet.document))
    same = (found.outcome.value, found.items()) == (worksheet.verdict.value, worksheet.items)
    return Recomputed(held, found, agrees=same)
