"""The composition root: the only module that knows every part of the web application."""

from typing import Any, Final

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts import api as accounts_api
from app.accounts import views as accounts
from app.accounts import (
    views_account,
    views_devices,
    views_people,
    views_renewal,
    views_second_factor,
    views_switch,
)
from app.attest import api as attest_api
from app.attest import views as attest
from app.attest import views_references, views_stations
from app.blobs import Blobs
from app.config import Settings
from app.configure import api as configure_api
from app.configure import views as configure
from app.configure import (
    views_agreements,
    views_baseline,
    views_codes,
    views_corrections,
    views_erasing,
    views_goods,
    views_grounds,
    views_imports,
    views_models,
    views_offices,
    views_places,
    views_plates,
    views_procurement,
    views_traders,
)
from app.configure.replacement import views as replacement
from app.configure.replacement import views_data as replacing
from app.crypto import keys
from app.db.session import Database
from app.manage import api as manage_api
from app.manage import (
    api_copies,
    api_filing,
    api_find,
    views_bulk,
    views_copies,
    views_find,
    views_fit,
    views_own,
    views_scan,
    views_story,
    views_tables,
)
from app.manage import views as manage
from app.manage import views_acts as manage_acts
from app.oversee import api as oversee_api
from app.oversee import checking, views_audit
from app.oversee import views as oversee
from app.portal import api as portal_api
from app.portal import views as portal
from app.portal import views_blanks, views_cards, views_chosen
from app.verify import api as verify_api
from app.verify import (
    api_papers,
    api_signing,
    views_appeals,
    views_bodies,
    views_campaign_days,
    views_campaign_papers,
    views_campaigns,
    views_checks,
    views_drafts,
    views_due,
    views_endings,
    views_recalls,
    views_rules,
    views_stock,
    views_uploads,
    views_weights,
    views_worksheets,
)
from app.verify import views as verify
from app.verify import views_papers as papers
from app.verify import views_signing as signing
from app.web import (
    access,
    api_docs,
    health,
    home,
    identity,
    limits,
    logs,
    shell,
    tasks_api,
    tasks_pages,
)
from app.web.database import Installation

MEGABYTE: Final = 1024 * 1024
# A photo of a form with its fields; a route that takes more says so itself.
LONGEST_BODY: Final = 16 * MEGABYTE
LONGEST_FIELD: Final = 256 * 1024
MOST_FIELDS: Final = 500
BLUEPRINTS: Final = (
    home.bp,
    accounts.bp,
    views_second_factor.bp,
    views_account.bp,
    views_devices.bp,
    views_people.bp,
    views_renewal.bp,
    views_switch.bp,
    accounts_api.bp,
    attest.bp,
    views_stations.bp,
    views_references.bp,
    attest_api.bp,
    configure.bp,
    views_places.bp,
    views_corrections.bp,
    views_offices.bp,
    views_plates.bp,
    views_traders.bp,
    views_models.bp,
    views_grounds.bp,
    views_procurement.bp,
    views_agreements.bp,
    views_imports.bp,
    views_codes.bp,
    views_baseline.bp,
    views_erasing.bp,
    views_goods.bp,
    replacement.bp,
    replacing.bp,
    configure_api.bp,
    manage.bp,
    manage_acts.bp,
    views_scan.bp,
    views_story.bp,
    views_fit.bp,
    views_find.bp,
    views_bulk.bp,
    views_own.bp,
    views_tables.bp,
    api_find.bp,
    views_copies.bp,
    api_copies.bp,
    api_filing.bp,
    manage_api.bp,
    verify.bp,
    views_endings.bp,
    views_bodies.bp,
    views_campaigns.bp,
    views_campaign_days.bp,
    views_campaign_papers.bp,
    views_due.bp,
    views_uploads.bp,
    views_weights.bp,
    views_appeals.bp,
    views_checks.bp,
    views_recalls.bp,
    views_stock.bp,
    signing.bp,
    api_signing.bp,
    papers.bp,
    api_papers.bp,
    views_rules.bp,
    views_worksheets.bp,
    views_drafts.bp,
    verify_api.bp,
    portal.bp,
    views_blanks.bp,
    portal_api.bp,
    views_cards.bp,
    views_chosen.bp,
    oversee.bp,
    views_audit.bp,
    oversee_api.bp,
    checking.bp,
    checking.api_bp,
    tasks_pages.bp,
    tasks_api.bp,
)


def create_app(settings: Settings) -> Flask:
    """Build the web application from ``settings`` and nothing else."""
    logs.configure()
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    found = install(settings)
    app.extensions["wutong"] = found
    app.config.update(
        SECRET_KEY=found.keys.session,
        SESSION_COOKIE_NAME="wutong_form",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LONGEST_FIELD,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    _trust(app, settings.trusted_proxies)
    limits.init_bodies(app)
    app.before_request(refuse_nul)
    shell.init_app(app)
    access.init_app(app, identity.identify, identity.is_station)
    limits.init_rates(app)
    health.init_app(app)
    api_docs.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def install(settings: Settings) -> Installation:
    """Open the installation that ``settings`` name."""
    return Installation(
        settings=settings,
        keys=keys.load(settings.keys),
        database=Database(settings.database_url),
        blobs=Blobs(settings.blobs),
    )


def refuse_nul() -> None:
    """Refuse NUL in addresses and forms: no database takes it as text."""
    if request.path.startswith(identity.API):
        return  # its own reader names the field
    given = [request.path, *request.args.values()]
    if request.method == "POST":
        given += request.form.values()
    if any("\0" in text for text in given):
        raise BadRequest


def _trust(app: Flask, proxies: int) -> None:
    """Believe what our own proxies say of address, scheme and host, and nobody else."""
    if proxies:
        wsgi: Any = ProxyFix(
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies
        )
        app.wsgi_app = wsgi  # type: ignore[method-assign]  # how Flask documents it
