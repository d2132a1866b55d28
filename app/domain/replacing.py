"""Which model takes the place of a scale that may serve no longer: fine enough, and cheapest.

Fine enough: it suits the goods of the stall; where nobody knows them, its finest range is not
coarser than the old one's. Of those that carry as much as the old scale the cheapest is taken;
where none carries as much, the one that carries most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.scale_types import AccuracyClass
from app.domain.suitability import Fit, GoodsClass, WeighingRange, suitability

MG_PER_G: Final = 1000
# What the trade sells, coarsest first.
USUAL_E_MG: Final = tuple(e * MG_PER_G for e in (10, 5, 2, 1))


@dataclass(frozen=True, slots=True)
class Type:
    """What is asked of a model: its class and ranges, by rising Max."""

    accuracy: AccuracyClass
    ranges: tuple[WeighingRange, ...]

    @property
    def max_mg(self) -> int:
        """What it carries."""
        return max((one.max_mg for one in self.ranges), default=0)

    @property
    def e_mg(self) -> int:
        """Its finest division; 0 where no range is on record."""
        return min((one.e_mg for one in self.ranges), default=0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that may be bought, by its id, and the price of one."""

    model_id: int
    name: str
    type: Type
    price_fen: int


def needed_e(old: Type, goods: Sequence[GoodsClass]) -> int | None:
    """Return the coarsest usual division that suits ``goods`` at the old scale's Max.

    The old one's own where nobody knows the goods or they are exempt; None where neither says.
    """
    for e_mg in USUAL_E_MG:
        found = suitability(AccuracyClass.III, [WeighingRange(old.max_mg, e_mg)], goods)
        if found.fit is Fit.SUITABLE:
            return e_mg
        if found.fit in {Fit.NOT_CHECKED, Fit.EXEMPT}:
            break
    return old.e_mg or None


def choose(old: Type, goods: Sequence[GoodsClass], offers: Sequence[Offer]) -> Offer | None:
    """Return the offer that replaces a scale of type ``old`` at such goods; None for none."""
    fine = [offer for offer in offers if _is_fine(old, goods, offer.type)]
    enough = [offer for offer in fine if offer.type.max_mg >= old.max_mg]
    if not enough and fine:
        most = max(offer.type.max_mg for offer in fine)
        enough = [offer for offer in fine if offer.type.max_mg == most]
    return min(enough, key=lambda offer: (offer.price_fen, offer.name), default=None)


def _is_fine(old: Type, goods: Sequence[GoodsClass], new: Type) -> bool:
    fit = suitability(new.accuracy, new.ranges, goods).fit
    if fit in {Fit.SUITABLE, Fit.UNSUITABLE}:
        return fit is Fit.SUITABLE
    return bool(new.ranges) and (not old.ranges or new.e_mg <= old.e_mg)
