"""The start page: the first section that is open to whoever is signed in."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.web import navigation
from app.web.access import Audience, access

bp = Blueprint("home", __name__)


@bp.get("/")
@access(Audience.SIGNED_IN)
def start() -> ResponseReturnValue:
    """Lead to where the work is."""
    menu = navigation.menu()
    return redirect(menu[0].url if menu else url_for("account.show"), 303)
