"""The API of this slice: the stations' part and the people's part."""

from flask import Blueprint

from app.attest import api_agent, api_intake, api_people, api_references, api_stations

bp = Blueprint("attest_api", __name__, url_prefix="/api/v1")
bp.register_blueprint(api_agent.bp)
bp.register_blueprint(api_intake.bp)
bp.register_blueprint(api_people.bp)
bp.register_blueprint(api_references.bp)
bp.register_blueprint(api_stations.bp)
