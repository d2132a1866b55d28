"""Pages of the fleet: its list and the page of one scale."""

from typing import Final

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from app.db.session import utcnow
from app.domain.appeals import days_left
from app.domain.calendar import local_date
from app.domain.evidence import Level
from app.domain.software_ids import differs
from app.ledger.orders import open_appeal
from app.manage import acts, bulk, filters, forms, own, queries, saying, steps, story
from app.manage.cards import card, cards
from app.manage.columns import COLUMNS
from app.manage.fitting import fit_told
from app.manage.links import link
from app.manage.program import program
from app.standing import gaps, standing_of
from app.web.access import READERS, access, caller
from app.web.database import installation, reading
from app.web.error_chart import error_chart
from app.web.navigation import add_section
from app.web.words.items import ITEMS

bp = Blueprint("manage", __name__, url_prefix="/manage", template_folder="templates")


@bp.record_once
def _in_menu(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        add_section(state.app, "scales", "manage.scales")


PER_PAGE: Final = 40
BESIDE: Final = 20
YEAR_S: Final = 365 * 24 * 3600
FORMATS: Final = ("xlsx", "csv")


@bp.get("/scales")
@access(*READERS)
def scales() -> ResponseReturnValue:
    """Show the fleet of the caller's regions."""
    today = local_date(utcnow())
    asked = forms.asked(request.args, caller().scope(), today)
    carried = forms.carried(request.args)
    query = forms.written(carried)
    with reading() as session:
        page = queries.fleet(session, asked, request.args.get("after"), PER_PAGE)
        counts = queries.count(session, asked)
        drawn = cards(session, page.items, today, carried)
        groups = filters.groups(asked, counts)
        return render_template(
            "manage/scales.html",
            asked=asked,
            rows=list(zip(page.items, drawn, strict=True)),
            total=counts.total,
            more=counts.more,
            groups=groups,
            chips=filters.chips(asked, groups),
            kept=own.filters(session, caller().id),
            query=query,
            columns={key: COLUMNS[key] for key in own.chosen(session, caller().id)},
            all_columns=COLUMNS,
            bulk_acts=_bulk_acts(),
            most=bulk.MOST,
            next_url=_list_url(carried, page.next),
            previous_url=_list_url(carried, page.previous),
            export_urls={
                kind: url_for(f"tables.as_{kind}", **forms.filters_of(query))  # type: ignore[arg-type]  # only our names
                for kind in FORMATS
            },
            register_url=link("configure.new_scale"),
            import_url=link("imports.index"),
        )


@bp.get("/scales/<uid:uid>")
@access(*READERS)
def scale(uid: str) -> ResponseReturnValue:
    """Show everything about one scale."""
    at = utcnow()
    carried = forms.carried(request.args)
    with reading() as session:
        scope = caller().scope()
        found = queries.scale_in(session, scope, uid)
        standing = standing_of(session, found, local_date(at))
        roles = caller().roles_at(found.path)
        asked = forms.asked(carried, scope, local_date(at))
        beside = queries.fleet(session, asked, carried.get("after"), BESIDE)
        told = steps.newest(session, found, story.NEWEST)
        return render_template(
            "manage/scale.html",
            scale=found,
            card=card(found, standing),
            standing=standing,
            buttons=acts.buttons(found, standing, roles),
            last_buttons=acts.last_buttons(found, standing, roles),
            blocked=acts.blocked(standing, roles),
            ways=filters.ways(found, standing),
            story=story.told(session, told),
            seen=told[0].event.ledger_seq if told else 0,
            program=program(session, found, standing, at),
            errors=error_chart(session, found),
            appeal=(appeal := open_appeal(session, found)),
            appeal_left=days_left(appeal.deadline_on, local_date(at)) if appeal else 0,
            verifications=queries.verifications(session, found),
            repairs=story.told(session, steps.each(queries.repairs(session, found))),
            levels=list(Level),
            lacks=gaps.lacking(found, local_date(at)),
            fitting=fit_told(found) if found.stall else None,
            software_differs=differs(found.software_id, found.model.software_ids),
            items=ITEMS,
            link=link,
            beside=cards(session, beside.items, local_date(at), carried),
            list_url=url_for("manage.scales", **carried),  # type: ignore[arg-type]  # as above
        )


@bp.get("/scales/<uid:uid>/photo")
@access(*READERS)
def photo(uid: str) -> ResponseReturnValue:
    """Return the photo of a scale's plate."""
    with reading() as session:
        digest = queries.scale_in(session, caller().scope(), uid).photo
    data = installation().blobs.get(digest) if digest else None
    if data is None:
        return Response(status=404)
    headers = {"Cache-Control": f"private, max-age={YEAR_S}"}
    return Response(data, content_type="image/jpeg", headers=headers)


def _bulk_acts() -> list[tuple[str, str]]:
    """Return the acts on many that the caller may do somewhere, with their names."""
    open_now = [
        action for action, roles in bulk.ROLES.items() if not roles.isdisjoint(caller().roles)
    ]
    return [(action, saying.name(action)) for action in (*open_now, bulk.EXPORT)]


def _list_url(carried: dict[str, str], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return url_for("manage.scales", **{**carried, "after": cursor})  # type: ignore[arg-type]  # only our names
