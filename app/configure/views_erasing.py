"""The page on which a trader's name and telephone number are erased for good."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.configure import queries
from app.configure.forms import masked
from app.configure.service import erasing
from app.db.session import utcnow
from app.domain.permissions import REGISTRARS
from app.models import Trader
from app.web.access import access, caller
from app.web.database import installation, reading, transaction

bp = Blueprint("erasing", __name__, url_prefix="/configure", template_folder="templates")


@bp.get("/traders/<uid:uid>/erase")
@access(*REGISTRARS)
def ask(uid: str) -> ResponseReturnValue:
    """Say what goes and what stays."""
    with reading() as session:
        trader = find(session, uid)
        return render_template(
            "configure/erase_trader.html",
            trader=trader,
            masked=masked,
            needed=erasing.needed(session, trader, utcnow()),
            days=installation().settings.import_days,
        )


@bp.post("/traders/<uid:uid>/erase")
@access(*REGISTRARS)
def erase(uid: str) -> ResponseReturnValue:
    """Erase them."""
    with transaction() as session:
        trader = find(session, uid)
        gone = erasing.erase_trader(session, trader, by=caller().uid, at=utcnow())
        where = url_for("register.place", uid=trader.place.uid, _anchor="traders")
    for digest in gone:
        installation().blobs.remove(digest)
    return redirect(where, 303)


def find(session: Session, uid: str) -> Trader:
    """Return the trader where the caller keeps the register."""
    found = queries.traders(caller().scope(*REGISTRARS)).where(Trader.uid == uid)
    return session.scalars(found).one()
