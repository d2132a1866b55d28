"""Whether a scale suits a stall, as its pages tell it."""

from app.models import Scale, Stall
from app.standing.fit import fit_of
from app.web.words import goods
from app.web.words.goods import FitTold


def fit_told(scale: Scale, stall: Stall | None = None) -> FitTold:
    """Return whether ``scale`` suits ``stall``, its own where none is named, in words."""
    where = stall or scale.stall
    return goods.told(fit_of(scale, stall), where.goods_classes if where else "")


def marks(scale: Scale, stalls: list[tuple[Stall, str]]) -> dict[str, str]:
    """Return for each of ``stalls`` that the scale is too coarse for, what it sells."""
    told = {stall.uid: fit_told(scale, stall) for stall, _taken in stalls}
    return {uid: one.goods for uid, one in told.items() if one.warns}
