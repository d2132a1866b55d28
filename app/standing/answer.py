"""The computed answers about a scale on a day: never stored, always worked out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.domain.advisories import Advisory, advisories
from app.domain.blocking import (
    Block,
    Condition,
    Obstacle,
    blocks_handing_out,
    deploy_conditions,
    held,
    lift_conditions,
    resume_conditions,
)
from app.domain.legal_status import LegalStatus, legal_status
from app.domain.lifecycle import Action, State
from app.domain.permissions import actions_for
from app.domain.public_status import PublicStatus, public_status
from app.domain.roles import Role
from app.models import Scale
from app.standing.facts import ScaleFacts, facts_of


class Hindrance(StrEnum):
    """What else keeps an act from being done."""

    HELD = "held"
    OPENED = "opened"


# What handing out itself brings along: the form asks for it, so it does not hide the button.
GIVEN_WITH_THE_ACT: Final = frozenset({Condition.NO_STALL_AND_TRADER, Condition.NO_PLACE})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one scale stands on one day."""

    facts: ScaleFacts
    legal: LegalStatus
    advisories: tuple[Advisory, ...]

    @property
    def state(self) -> State:
        """Its state in the register."""
        return self.facts.state

    @property
    def public_status(self) -> PublicStatus:
        """What a shopper is told."""
        return public_status(self.legal, self.facts.state, self.facts.suspended_for)

    @property
    def blocked_by(self) -> tuple[Block, ...]:
        """The legal reasons and advisories that forbid handing it out."""
        return blocks_handing_out(self.legal, self.advisories, self.facts.required_level)

    def obstacles(
        self, action: Action, roles: Collection[Role] | None = None
    ) -> tuple[Obstacle | Hindrance, ...]:
        """Return what keeps ``action`` from being done now; nothing if it may.

        The stall and the trader of a deployment come with the act and are not asked here.

        Args:
            roles: Of the person who asks, there; None for what no person does.
        """
        hold = (Hindrance.HELD,) if self.facts.held and held(action) else ()
        lift: tuple[Obstacle, ...] = ()
        if roles is not None and action is Action.RESUME:
            by_officer = self.facts.suspended_by_officer
            lift = lift_conditions(self.facts.suspended_for, roles, by_officer=by_officer)
        return (*hold, *lift, *self._unmet(action))

    def actions(self, roles: Collection[Role]) -> tuple[Action, ...]:
        """Return the acts open now to a person with ``roles`` where the scale is."""
        return tuple(
            action
            for action in actions_for(roles, self.facts.state)
            if not self.obstacles(action, roles)
        )

    def _unmet(self, action: Action) -> tuple[Obstacle | Hindrance, ...]:
        match action:
            case Action.DEPLOY:
                return self._deploy()
            case Action.RESUME:
                return self._resume()
            case Action.RETURN:
                return self._return()
            case _:
                return ()

    def _deploy(self) -> tuple[Obstacle, ...]:
        unmet = deploy_conditions(
            self.facts.deploy, self.legal, self.advisories, self.facts.required_level
        )
        return tuple(each for each in unmet if each not in GIVEN_WITH_THE_ACT)

    def _resume(self) -> tuple[Obstacle, ...]:
        return resume_conditions(
            self.facts.left,
            self.facts.deploy,
            self.legal,
            self.advisories,
            self.facts.required_level,
        )

    def _return(self) -> tuple[Obstacle | Hindrance, ...]:
        """Only an unopened scale with validity left goes back to the pool unverified."""
        opened = (Hindrance.OPENED,) if self.facts.opened_on else ()
        unmet = () if self.legal.is_valid else (Condition.NO_VALID_VERIFICATION,)
        return (*opened, *unmet)


def standing(facts: ScaleFacts, today: date) -> Standing:
    """Return where a scale with ``facts`` stands on the legal date ``today``."""
    return Standing(facts, legal_status(facts.legal, today), advisories(facts.advisory, today))


def standings(session: Session, scales: Iterable[Scale], today: date) -> Mapping[int, Standing]:
    """Return where each of ``scales`` stands on ``today``, by its ``id``."""
    found = facts_of(session, list(scales))
    return {scale_id: standing(facts, today) for scale_id, facts in found.items()}


def standing_of(session: Session, scale: Scale, today: date) -> Standing:
    """Return where ``scale`` stands on ``today``."""
    return standings(session, [scale], today)[scale.id]
