"""Whether a scale suits the goods of a stall: its own, or the one it is about to go to."""

from app.domain.suitability import Suitability, WeighingRange, goods_from, suitability
from app.models import Scale, ScaleModel, Stall


def fit_of(scale: Scale, stall: Stall | None = None) -> Suitability:
    """Return whether ``scale`` suits ``stall``; its own stall where none is named."""
    where = stall or scale.stall
    return model_fit(scale.model, where.goods_classes if where else "")


def model_fit(model: ScaleModel, goods: str) -> Suitability:
    """Return whether scales of ``model`` suit the classes written in ``goods``."""
    ranges = [WeighingRange(one.max_mg, one.e_mg) for one in model.ranges]
    return suitability(model.accuracy, ranges, goods_from(goods))
