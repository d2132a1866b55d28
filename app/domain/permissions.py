"""Who may do which act: one table that buttons, API and tests read.

Region and assignment narrow this further; here is only what the role allows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.lifecycle import Action, State, actions_from
from app.domain.roles import Role
from app.domain.seals import SealOwner

_MANAGER: Final = frozenset({Role.MANAGER})

ACTION_ROLES: Final[Mapping[Action, frozenset[Role]]] = MappingProxyType(
    {
        Action.SUBMIT: _MANAGER,
        Action.PASS: frozenset({Role.VERIFIER}),
        Action.FAIL: frozenset({Role.VERIFIER}),
        Action.DEPLOY: _MANAGER,
        Action.RETURN: _MANAGER,
        Action.SUSPEND: frozenset({Role.MANAGER, Role.INSPECTOR, Role.REGULATOR}),
        # Whose measure it was narrows this: see `blocking.lift_conditions`.
        Action.RESUME: frozenset({Role.MANAGER, Role.INSPECTOR, Role.REGULATOR}),
        # Time does it, through the jobs process; no person can.
        Action.EXPIRE: frozenset(),
        Action.SEND_TO_REPAIR: _MANAGER,
        Action.COMPLETE_REPAIR: frozenset({Role.REPAIRER}),
        Action.STORE: _MANAGER,
        Action.RETIRE: _MANAGER,
    }
)

# Who reads findings, who leads, and who writes down what became of them.
FINDING_READERS: Final = (
    Role.MANAGER,
    Role.INSPECTOR,
    Role.VERIFIER,
    Role.REGULATOR,
    Role.AUDITOR,
)
LEAD_READERS: Final = (Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)
DECIDERS: Final = (Role.INSPECTOR, Role.REGULATOR)
TAG_KEEPERS: Final = (Role.MANAGER, Role.REGULATOR)
# Who sees that a tag seems to hang twice, and who says what was found.
COPY_READERS: Final = (Role.MANAGER, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)
COPY_RESOLVERS: Final = TAG_KEEPERS
# Who prints the tags of stalls, people and standard weights.
CARD_KEEPERS: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType(
    {"stalls": TAG_KEEPERS, "staff": (Role.ADMIN,), "weights": (Role.VERIFIER,)}
)
# Who keeps the register: places with their stalls and traders; models; photos; seals.
REGISTRARS: Final = (Role.MANAGER, Role.REGULATOR)
# Who adds the offices (市场监管所) below a county; what is above them is made in the shell.
OFFICE_KEEPERS: Final = (Role.REGULATOR,)
CATALOGUERS: Final = (Role.MANAGER, Role.REGULATOR, Role.CUSTODIAN)
# Who files a scale with the authority: the market its own, the authority puts it right.
FILERS: Final = (Role.MANAGER, Role.REGULATOR)
PHOTOGRAPHERS: Final = (Role.MANAGER, Role.INSPECTOR)
# Who records what a scale shows of itself; whose word ends an alarm about its counters.
BASELINERS: Final = (Role.MANAGER, Role.INSPECTOR, Role.VERIFIER)
BASELINE_RENEWERS: Final = (Role.INSPECTOR, Role.VERIFIER)
SEALERS: Final = (Role.MANAGER, Role.VERIFIER, Role.REPAIRER, Role.INSPECTOR)
# Nobody applies another's seal; everybody who looks may find one broken.
SEAL_APPLIERS: Final[Mapping[SealOwner, Role]] = MappingProxyType(
    {
        SealOwner.MAKER: Role.MANAGER,
        SealOwner.VERIFICATION: Role.VERIFIER,
        SealOwner.REPAIR: Role.REPAIRER,
    }
)
# Who puts the authority's word on record, and who opens cases.
AUTHORITY: Final = (Role.INSPECTOR, Role.REGULATOR)
OPENERS: Final = (Role.REPAIRER, Role.INSPECTOR)
# Who sees a verification body's weights and stock; who makes bodies; who of its own staff keeps it.
STANDARD_READERS: Final = (
    Role.VERIFIER,
    Role.CHECKER,
    Role.SIGNATORY,
    Role.REGULATOR,
    Role.AUDITOR,
)
BODY_READERS: Final = (*STANDARD_READERS, Role.ADMIN)
BODY_MAKERS: Final = (Role.REGULATOR, Role.ADMIN)
BODY_KEEPERS: Final = (Role.CHECKER, Role.SIGNATORY)
BODY_STAFF: Final = (Role.VERIFIER, *BODY_KEEPERS)
# Who follows a campaign (a manager in the own market); who plans it: the body, or the regulator.
CAMPAIGN_READERS: Final = (*STANDARD_READERS, Role.MANAGER)
CAMPAIGN_PLANNERS: Final = (*BODY_STAFF, Role.REGULATOR)
APPEAL_READERS: Final = (
    Role.VERIFIER,
    Role.CHECKER,
    Role.SIGNATORY,
    *AUTHORITY,
    Role.AUDITOR,
)
LEDGER_READERS: Final = (Role.AUDITOR, Role.REGULATOR, Role.ADMIN)
# Who reads by which rules scales are verified; an administrator alone changes them.
RULE_READERS: Final = (
    Role.VERIFIER,
    Role.CHECKER,
    Role.SIGNATORY,
    Role.INSPECTOR,
    Role.REGULATOR,
    Role.AUDITOR,
    Role.ADMIN,
)


class LegalAct(StrEnum):
    """An act with effect in law; its value names it in proofs and problems."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    STOP_ORDER = "stop_order"
    LIFT_STOP_ORDER = "lift_stop_order"
    HOLD = "hold"
    RELEASE_HOLD = "release_hold"
    CONCLUDE = "finding_resolved"
    STEP_LEAD = "lead_step"
    APPROVE_REFERENCE = "approve_reference"
    WITHDRAW_REFERENCE = "withdraw_reference"
    CONSENT_RESET = "consent_reset"
    SIGN_WORKSHEETS = "sign_worksheets"
    CHECK_WORKSHEETS = "check_worksheets"
    APPROVE_WORKSHEETS = "approve_worksheets"
    REVOKE_CERTIFICATE = "revoke_certificate"
    INSTALL_RULES = "install_rules"
    WITHDRAW_RULES = "withdraw_rules"
    DECIDE_RECALL = "decide_recall"
    CLEAR_RECALL = "clear_recall"
    IMPORT_RESULTS = "import_results"
    CONFIRM_CHECK = "confirm_check"
    RECORD_APPEAL = "record_appeal"
    DECIDE_APPEAL = "decide_appeal"


@dataclass(frozen=True, slots=True)
class Legal:
    """Why an act wants a fresh proof, and the page on which it is done.

    Attributes:
        page: Endpoint of the form's target.
        two_persons: Whether it is the second of two persons who does it.
    """

    why: str
    page: str
    two_persons: bool = False


# On a page: a fresh PIN or code, once for a batch. By API token: `step_up_required`.
# Not here: recording an opening, a seal or a photo (facts, not decisions), suspending (a measure
# of the market) and voiding a tag (an information code, no mark of verification).
LEGAL: Final[Mapping[LegalAct, Legal]] = MappingProxyType(
    {
        LegalAct.PASS: Legal("计量法 第九条: the result of a verification", "verify.save"),
        LegalAct.FAIL: Legal("计量法 第九条: the result of a verification", "verify.save"),
        LegalAct.STOP_ORDER: Legal("an authority's numbered decision", "manage_acts.order"),
        LegalAct.LIFT_STOP_ORDER: Legal("an authority's numbered decision", "manage_acts.order"),
        LegalAct.HOLD: Legal("行政处罚法 第五十六条: evidence is preserved", "manage_acts.order"),
        LegalAct.RELEASE_HOLD: Legal("行政处罚法 第五十六条: it is let go", "manage_acts.order"),
        LegalAct.CONCLUDE: Legal("the verification body's conclusion", "oversee.conclude"),
        LegalAct.STEP_LEAD: Legal("hand-over to the case system", "oversee.step_lead"),
        LegalAct.APPROVE_REFERENCE: Legal(
            "it will judge scales", "references.approve", two_persons=True
        ),
        LegalAct.WITHDRAW_REFERENCE: Legal("it no longer judges", "references.withdraw"),
        LegalAct.CONSENT_RESET: Legal(
            "somebody gets a new second factor", "people.consent", two_persons=True
        ),
        LegalAct.SIGN_WORKSHEETS: Legal("印证管理办法 第八条: 检定", "signing.sign"),
        LegalAct.CHECK_WORKSHEETS: Legal(
            "印证管理办法 第八条: 核验", "signing.sign", two_persons=True
        ),
        LegalAct.APPROVE_WORKSHEETS: Legal(
            "印证管理办法 第八条: 批准", "signing.sign", two_persons=True
        ),
        LegalAct.REVOKE_CERTIFICATE: Legal("印证管理办法 第七条: 注销", "papers.revoke"),
        LegalAct.INSTALL_RULES: Legal("scales are judged by it", "rules.install"),
        LegalAct.WITHDRAW_RULES: Legal("scales are judged by another again", "rules.withdraw"),
        LegalAct.DECIDE_RECALL: Legal("the body's decision about its marks", "recalls.decide"),
        LegalAct.RECORD_APPEAL: Legal("计量法实施细则 第三十五条: a hold", "appeals.record"),
        LegalAct.DECIDE_APPEAL: Legal("计量法实施细则 第三十六条", "appeals.decide"),
        LegalAct.CONFIRM_CHECK: Legal(
            "行政处罚法 第四十二条: two officers", "checks.confirm", two_persons=True
        ),
        LegalAct.CLEAR_RECALL: Legal("scales come back into use", "recalls.clear"),
        LegalAct.IMPORT_RESULTS: Legal(
            "计量法 第九条: results of verifications, from a sheet", "campaign_papers.save"
        ),
    }
)
LEGAL_ACTS: Final[frozenset[str]] = frozenset(LEGAL)


def may_do(roles: Collection[Role], action: Action) -> bool:
    """Return whether one of ``roles`` allows ``action``."""
    return not ACTION_ROLES[action].isdisjoint(roles)


def actions_for(roles: Collection[Role], state: State) -> tuple[Action, ...]:
    """Return the acts open in ``state`` to a person with ``roles``, in table order."""
    return tuple(action for action in actions_from(state) if may_do(roles, action))


def needs_step_up(action: str) -> bool:
    """Return whether ``action``, of a scale's life or any other, wants a fresh proof."""
    return action in LEGAL_ACTS
