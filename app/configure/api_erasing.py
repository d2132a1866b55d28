"""The API's operation that erases a trader who left."""

from flask import Blueprint
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.api_places import TraderOut, trader_out
from app.configure.service import erasing
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.domain.tokens import TokenScope
from app.models import Trader
from app.web import api
from app.web.access import access, caller
from app.web.database import installation

bp = Blueprint("erasing", __name__)


@bp.post("/traders/<uid:trader>/erasure")
@api.write(
    "Erase a trader",
    returns=TraderOut,
    problems=(erasing.StillTradesError, erasing.TraderErasedError),
    scope=TokenScope.REGISTER,
)
@access(*REGISTRARS)
def erase_trader(session: Session, trader: str) -> api.Answer:
    """Name, telephone number and pictures of agreements go for good; what stood there stays."""
    found = queries.traders(caller().scope(*REGISTRARS)).where(Trader.uid == trader)
    row = session.scalars(found).one()
    for digest in erasing.erase_trader(session, row, by=caller().uid, at=utcnow()):
        installation().blobs.remove(digest)
    told = trader_out(row)
    return api.Answer(told, version=api.version_of(told))
