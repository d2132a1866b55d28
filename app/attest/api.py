"""The API of this slice: the stations' part and the people's part."""

from flask import Blueprint

from app.attest import api_agent

bp = Blueprint("attest_api", __name__, url_prefix="/api/v1")
bp.register_blueprint(api_agent.bp)
