"""The API of the register: places of trade, models, scales with their photos and seals."""

from flask import Blueprint

from app.configure import (
    api_agreements,
    api_baseline,
    api_codes,
    api_corrections,
    api_erasing,
    api_grounds,
    api_models,
    api_places,
    api_plates,
    api_procurement,
    api_replacement,
    api_replacing,
    api_scales,
)

bp = Blueprint("configure_api", __name__, url_prefix="/api/v1")
bp.register_blueprint(api_places.bp)
bp.register_blueprint(api_corrections.bp)
bp.register_blueprint(api_models.bp)
bp.register_blueprint(api_scales.bp)
bp.register_blueprint(api_plates.bp)
bp.register_blueprint(api_codes.bp)
bp.register_blueprint(api_erasing.bp)
bp.register_blueprint(api_grounds.bp)
bp.register_blueprint(api_procurement.bp)
bp.register_blueprint(api_replacement.bp)
bp.register_blueprint(api_replacing.bp)
bp.register_blueprint(api_baseline.bp)
bp.register_blueprint(api_agreements.bp)
