"""The start page, and the whole menu of whoever is signed in."""

from flask import Blueprint, redirect, render_template, url_for
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


@bp.get("/menu")
@access(Audience.SIGNED_IN)
def sections() -> ResponseReturnValue:
    """Show every section as a line: a phone's menu has room for the first ones only."""
    return render_template("menu.html")
