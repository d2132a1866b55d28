"""Who may call what, written down by hand: endpoint, who, and nothing else.

The line of an endpoint says who it is for; ``tests/web/test_access_matrix.py`` asserts every
cell of it: each role inside the region, each role of another region, somebody not signed in.

To add a route: one line. The parts of its path are filled by their names, `<uid:scale>` from
``things["scale"]`` of ``tests/support/world.py`` (``parts={"uid": "scale"}`` renames one; what
is no such name stands for itself).

- ``roles(...)``: these roles; what lies elsewhere answers 404 or 403 and shows no uid of there.
- ``shared=True``: what it shows belongs to no region (models, references), or to the caller alone.
- ``body={...}``: a body that means something (JSON for the API, a form for pages), so that what
  lies elsewhere is really looked for; "@scale" stands for the uid of the scale. The API also
  gets ``If-Match: *``.
- ``media=...``: what the API's body is called, where it is no JSON.
- ``inside={...}``: statuses with which it may refuse even the right caller, beside what an empty
  request earns (400, 409, 410, 413, 415, 422, 428): say why.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from app.domain.permissions import (
    BODY_KEEPERS,
    BODY_MAKERS,
    BODY_READERS,
    BODY_STAFF,
    COPY_READERS,
    DECIDERS,
    FILERS,
    FINDING_READERS,
    LEAD_READERS,
    LEDGER_READERS,
    RULE_READERS,
    STANDARD_READERS,
    TAG_KEEPERS,
)
from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.ledger.projections import digest
from app.web.access import Audience
from tests.support.world import HERE


@dataclass(frozen=True, slots=True)
class Line:
    """Who an endpoint is for."""

    audience: Audience
    roles: frozenset[Role] = frozenset()
    shared: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    inside: AbstractSet[int] = frozenset()
    body: Mapping[str, Any] = field(default_factory=dict)
    media: str = "application/json"


def roles(
    *which: Role,
    shared: bool = False,
    parts: Mapping[str, str] | None = None,
    inside: AbstractSet[int] = frozenset(),
    body: Mapping[str, Any] | None = None,
    media: str = "application/json",
) -> Line:
    """Return the line of a route for some roles; for every role where none is named."""
    who = frozenset(which or Role)
    return Line(Audience.SIGNED_IN, who, shared, parts or {}, inside, body or {}, media)


PUBLIC: Final = Line(Audience.PUBLIC)
SIGNING_IN: Final = Line(Audience.SIGNING_IN, frozenset(Role), shared=True)
OWN: Final = roles(shared=True)
STATION: Final = Line(Audience.STATION)

FILE_READERS: Final = tuple(set(Role) - {Role.ADMIN})
READING_ASKERS: Final = (Role.MANAGER, Role.INSPECTOR)
READING_WATCHERS: Final = (*READING_ASKERS, Role.REGULATOR, Role.AUDITOR)
PERSON: Final = {"uid": "person"}
REFERENCE: Final = {"uid": "reference"}
RULE_SET: Final = {"rule_set": digest(documents()[0])}
SERVER_TASK: Final = {"uid": "server_task"}
API_TASK: Final = {"task": "server_task"}
STATION_KEEPERS: Final = (Role.MANAGER, Role.ADMIN)
STATION_WATCHERS: Final = (*STATION_KEEPERS, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)

ACTORS: Final = (Role.MANAGER, Role.INSPECTOR, Role.REGULATOR, Role.REPAIRER)
AUTHORITY: Final = (Role.INSPECTOR, Role.REGULATOR)
OPENERS: Final = (Role.REPAIRER, Role.INSPECTOR)
SEALERS: Final = (Role.MANAGER, Role.VERIFIER, Role.REPAIRER, Role.INSPECTOR)
CATALOGUERS: Final = (Role.MANAGER, Role.REGULATOR, Role.CUSTODIAN)
ASK: Final = {"uid": "scale", "action": "suspend"}
RETIRE: Final = {"action": "retire"}
NOBODYS: Final[Mapping[str, Any]] = MappingProxyType(
    {"shared": True, "parts": {"uid": "scale"}, "inside": {404}}
)
EXPORTED: Final = {"action": "export", "uid": "@scale"}
FILING: Final = {"number": "备2026-1", "on": "2026-01-05"}

BASELINERS: Final = (Role.MANAGER, Role.INSPECTOR, Role.VERIFIER)
REPLACEMENT_READERS: Final = (Role.REGULATOR, Role.MANAGER, Role.AUDITOR)
NEW_MARKET: Final = {"region": HERE, "code": "M99", "name": "market"}
TERMS: Final = {"stalls": ["1"], "number": "2", "signed_on": "2026-11-01"}
NEW_AGREEMENT: Final = {**TERMS, "trader": "@trader"}
NEW_BATCH: Final = {
    "path": HERE,
    "buyer": "b",
    "supplier": "s",
    "document_no": "1",
    "bought_on": "2026-11-01",
    "funding": "lease",
}
BATCH_BODY: Final = {
    **NEW_BATCH,
    "items": [{"model": "@model", "quantity": 1, "unit_price_fen": 1}],
}
NEW_SEAL: Final = {"kind": "lead", "owner": "maker", "number": "1"}
SIGNING: Final = (Role.VERIFIER, Role.CHECKER, Role.SIGNATORY)
# 404: each of the three has steps of their own
MY_PILE: Final = {"uid": "place", "kind": "sign_worksheets"}
ORDER: Final = {"kind": "release_hold", "number": "1"}
CONCLUSION: Final = {"outcome": "open", "conclusion": "checked", "document_no": "1"}
NEW_STATION: Final = {"place": "@place", "name": "bench"}
PORT: Final = {"scale": "@scale", "port": "/dev/ttyUSB1"}
DRAFT: Final = {
    "scale": "@scale",
    "document": {"v": 1, "kind": "initial", "purpose": "first", "scale": "@scale"},
}
LEAD_STEP: Final = {"state": "handed_over", "document_no": "1"}

NEW_BODY: Final = {"region": HERE, "name": "body", "authorisation_no": "1"}
WEIGHT_FORM: Final = {
    "new_body": "@body",
    "new_number": "9",
    "new_weight_class": "M1",
    "new_nominal": "1000",
}
PAPER_FORM: Final = {"paper_result": "pass"}
WEIGHT: Final = {"uid": "weight"}
BACK_FORM: Final = {"back_kind": "label", "back_first": "L1"}
GONE_BODY: Final = {"because": "lost", "last_good_on": "2026-01-05"}
RUN_BODY: Final = {"kind": "label", "first": "L0001", "last": "L0001"}
ISSUE_BODY: Final = {"person": "@person", "first": "L0001", "last": "L0001"}
VOID_BODY: Final = {"kind": "label", "number": "L0001", "because": "lost"}
COUNT_BODY: Final = {"body": "@body", "label": 0, "lead_seal": 0}
WEIGHT_BODY: Final = {"body": "@body", "number": "9", "weight_class": "M1", "nominal_mg": 1000}
PAPER_BODY: Final = {
    "certificate_no": "C",
    "laboratory": "L",
    "calibrated_on": "2026-01-05",
    "valid_until": "2026-12-05",
}
LOT_BODY: Final = {
    "body": "@body",
    "kind": "label",
    "first": "K0001",
    "last": "K0009",
    "received_on": "2026-01-05",
}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    # shared
    "static":                           PUBLIC,
    "health.healthz":                   PUBLIC,
    "health.readyz":                    PUBLIC,
    "health.metrics":                   PUBLIC,
    "api.description":                  PUBLIC,
    "api.docs":                         PUBLIC,
    # accounts
    "accounts.sign_in_page":            PUBLIC,
    "accounts.enter":                   PUBLIC,
    "accounts.new_password_page":       PUBLIC,
    "accounts.set_new_password":        PUBLIC,
    "accounts.leave":                   SIGNING_IN,
    "second_factor.code_page":          SIGNING_IN,
    "second_factor.give_code":          SIGNING_IN,
    "second_factor.enrolment_page":     SIGNING_IN,
    "second_factor.enrol":              SIGNING_IN,
    "second_factor.recovery_page":      SIGNING_IN,
    "second_factor.recover":            SIGNING_IN,
    "renewal.page":                     SIGNING_IN,
    "renewal.renew":                    SIGNING_IN,
    "switch.page":                      PUBLIC,
    "switch.enter":                     PUBLIC,
    "switch.lock":                      SIGNING_IN,
    "switch.here":                      OWN,
    "devices.ask":                      OWN,
    "devices.bind":                     OWN,
    "devices.pin_page":                 OWN,
    "devices.change_pin":               OWN,
    "devices.codes_page":               OWN,
    "devices.make_codes":               OWN,
    "account.show":                     OWN,
    "account.unbind":                   roles(shared=True, parts={"device_uid": "task"}),
    "account.change_password":          OWN,
    "account.end_session":              roles(shared=True, parts={"session_uid": "task"}),
    "account.end_other_sessions":       OWN,
    "account.end_token":                roles(shared=True, parts={"token_uid": "task"}),
    "people.index":                     roles(Role.ADMIN, Role.AUDITOR),
    "people.show":                      roles(Role.ADMIN, Role.AUDITOR, parts=PERSON),
    "people.sign_out":                  roles(Role.ADMIN, parts=PERSON),
    "people.unbind":                    roles(Role.ADMIN, parts={**PERSON, "device_uid": "task"}),
    "people.reset":                     roles(Role.ADMIN, parts=PERSON),
    "people.consent":                   roles(Role.ADMIN, parts=PERSON),
    "accounts_api.me":                  OWN,
    "accounts_api.regions":             roles(),
    "accounts_api.ledger":              roles(Role.AUDITOR, Role.REGULATOR, Role.ADMIN),
    # 404: the first entry may be about something elsewhere
    "accounts_api.ledger_entry":        roles(
        Role.AUDITOR, Role.REGULATOR, Role.ADMIN, shared=True, parts={"seq": "1"}, inside={404}
    ),
    "accounts_api.sessions":            OWN,
    "accounts_api.end_sessions":        OWN,
    "accounts_api.end_session":         roles(shared=True, parts={"session_uid": "task"}),
    "accounts_api.tokens":              OWN,
    "accounts_api.end_token":           roles(shared=True, parts={"token_uid": "task"}),
    # attest
    "attest_api.agent.enrol":           PUBLIC,
    "attest_api.agent.station_tasks":   STATION,
    "attest_api.agent.progress":        STATION,
    "attest_api.agent.nonce_book":      STATION,
    "attest_api.intake.post_evidence":  STATION,
    "attest_api.intake.put_blob":       STATION,
    "attest_api.people.list_evidence":  roles(*FILE_READERS),
    "attest_api.people.evidence":       roles(*FILE_READERS),
    "attest_api.people.envelope":       roles(*FILE_READERS),
    "attest_api.stations.list_stations": roles(*STATION_WATCHERS),
    "attest_api.stations.station":      roles(*STATION_WATCHERS),
    "attest_api.stations.make_station": roles(*STATION_KEEPERS, body=NEW_STATION),
    "attest_api.stations.assign":       roles(*STATION_KEEPERS, body=PORT),
    "attest_api.stations.unassign":     roles(*STATION_KEEPERS),
    "attest_api.stations.renew_code":   roles(*STATION_KEEPERS),
    "attest_api.stations.revoke":       roles(*STATION_KEEPERS),
    "attest_api.people.cancel":         roles(*READING_ASKERS),
    "attest_api.people.request_reading": roles(*READING_ASKERS),
    "attest_api.people.reading":        roles(*READING_WATCHERS),
    "attest_api.references.list_references": roles(*FILE_READERS, shared=True),
    "attest_api.references.reference":  roles(*FILE_READERS, shared=True),
    "attest_api.references.look_into":  roles(Role.CUSTODIAN, shared=True),
    "attest_api.references.submit":     roles(Role.CUSTODIAN, shared=True),
    "attest_api.references.decide":     roles(Role.CUSTODIAN, shared=True),
    "attest.request_reading":           roles(*READING_ASKERS, parts={"uid": "scale"}),
    "attest.task":                      roles(*READING_WATCHERS, parts={"uid": "task"}),
    "attest.progress":                  roles(*READING_WATCHERS, parts={"uid": "task"}),
    "attest.cancel":                    roles(*READING_ASKERS, parts={"uid": "task"}),
    "attest.evidence":                  roles(*FILE_READERS, parts={"uid": "evidence"}),
    "attest.envelope":                  roles(*FILE_READERS, parts={"uid": "evidence"}),
    "stations.index":                   roles(*STATION_WATCHERS),
    "stations.new":                     roles(*STATION_KEEPERS),
    "stations.create":                  roles(*STATION_KEEPERS),
    "stations.show":                    roles(*STATION_WATCHERS, parts={"uid": "station"}),
    "stations.assign":                  roles(*STATION_KEEPERS, parts={"uid": "station"}),
    "stations.unassign":                roles(*STATION_KEEPERS, parts={"uid": "station"}),
    "stations.renew_code":              roles(*STATION_KEEPERS, parts={"uid": "station"}),
    "stations.revoke":                  roles(*STATION_KEEPERS, parts={"uid": "station"}),
    "verify_api.rule_sets.rule_sets":   roles(*RULE_READERS, shared=True),
    "verify_api.rule_sets.rule_set":    roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "verify_api.rule_sets.install":     roles(Role.ADMIN, shared=True),
    "verify_api.rule_sets.withdraw":    roles(Role.ADMIN, shared=True, parts=RULE_SET),
    "verify_api.rule_sets.recomputation": roles(*SIGNING, Role.AUDITOR),
    "rules.index":                      roles(*RULE_READERS, shared=True),
    "rules.show":                       roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "rules.document":                   roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "rules.new":                        roles(Role.ADMIN, shared=True),
    "rules.look":                       roles(Role.ADMIN, shared=True),
    "rules.install":                    roles(Role.ADMIN, shared=True),
    # 404: none was installed
    "rules.withdraw":                   roles(Role.ADMIN, shared=True, parts={"uid": "scale"},
                                              inside={404}),
    "references.index":                 roles(*FILE_READERS, shared=True),
    "references.new":                   roles(Role.CUSTODIAN, shared=True),
    "references.look":                  roles(Role.CUSTODIAN, shared=True),
    "references.submit":                roles(Role.CUSTODIAN, shared=True),
    "references.show":                  roles(*FILE_READERS, shared=True, parts=REFERENCE),
    "references.approve":               roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
    "references.reject":                roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
    "references.withdraw":              roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
    # manage
    "manage.scales":                    roles(*FILE_READERS),
    "blanks.make":                      roles(Role.MANAGER),
    # which place: an address without one finds none
    "blanks.labels":                    roles(*TAG_KEEPERS, inside={404}),
    "blanks.ask_claim":                 roles(Role.MANAGER, parts={"uid": "tag"}),
    "blanks.claim":                     roles(Role.MANAGER, parts={"uid": "tag"}),
    "replacement.index":                roles(*REPLACEMENT_READERS),
    "replacement.scales":               roles(*REPLACEMENT_READERS),
    "replacement.printed":              roles(*REPLACEMENT_READERS),
    "replacement.workbook":             roles(*REPLACEMENT_READERS),
    "replacement.table":                roles(*REPLACEMENT_READERS),
    "replacing.dates":                  roles(Role.REGULATOR, Role.ADMIN, shared=True),
    # 403: a regulator of some regions does not change what holds for all
    "replacing.save_date":              roles(Role.REGULATOR, Role.ADMIN, inside={403}),
    "replacing.prices":                 roles(*TAG_KEEPERS),
    "replacing.save_price":             roles(*TAG_KEEPERS),
    "replacing.withdraw_price":         roles(*TAG_KEEPERS, parts={"uid": "price"}),
    "configure_api.replacement.summary": roles(*REPLACEMENT_READERS),
    "configure_api.replacement.scales": roles(*REPLACEMENT_READERS),
    "configure_api.replacing.rules":    roles(*REPLACEMENT_READERS, Role.ADMIN, shared=True),
    "configure_api.replacing.record_rule": roles(Role.REGULATOR, Role.ADMIN, inside={403}),
    "configure_api.replacing.withdraw_rule":
        roles(Role.REGULATOR, Role.ADMIN, inside={403, 404}, shared=True),
    "configure_api.replacing.prices":   roles(*TAG_KEEPERS),
    "configure_api.replacing.record_price":
        roles(*TAG_KEEPERS, body={"path": HERE, "model": "@model", "price_fen": 1}),
    "configure_api.replacing.withdraw_price": roles(*TAG_KEEPERS),
    "baseline.ask":                     roles(*BASELINERS, parts={"uid": "scale"}),
    "baseline.save":                    roles(*BASELINERS, parts={"uid": "scale"}),
    "configure_api.baseline.read":      roles(*FILE_READERS),
    "configure_api.baseline.write":     roles(*BASELINERS, body={"calibration": 1, "parameters": 1}),
    "goods.edit":                       roles(*TAG_KEEPERS, parts={"uid": "stall"}),
    "goods.save":                       roles(*TAG_KEEPERS, parts={"uid": "stall"}),
    "codes.of_scale":                   roles(Role.MANAGER, parts={"uid": "scale"}),
    "codes.adopt":                      roles(Role.MANAGER, parts={"uid": "scale"}),
    "codes.adopt_scanned":              roles(Role.MANAGER),
    "codes.give_up":                    roles(Role.MANAGER, parts={"uid": "scale", "code": "tag"}),
    "imports.index":                    roles(Role.MANAGER),
    "imports.send":                     roles(Role.MANAGER),
    "imports.show_import":              roles(Role.MANAGER, parts={"uid": "import"}),
    "imports.progress":                 roles(Role.MANAGER, parts={"uid": "import"}),
    "imports.name_columns":             roles(Role.MANAGER, parts={"uid": "import"}),
    "imports.apply":                    roles(Role.MANAGER, parts={"uid": "import"}),
    "imports.undo":                     roles(Role.MANAGER, parts={"uid": "import"}),
    "scan.camera":                      roles(*FILE_READERS, shared=True),
    "story.photo":                      roles(*FILE_READERS, parts={"uid": "step"}, inside={404}),
    "scan.differs":                     roles(*FILE_READERS, parts={"uid": "tag"}),
    "scan.staff":                       roles(*FILE_READERS, shared=True),
    "fit.of_stall":                     roles(Role.MANAGER, parts={"uid": "scale"}),
    "scan.look_up":                     roles(*FILE_READERS),
    "manage.scale":                     roles(*FILE_READERS, parts={"uid": "scale"}),
    "manage.photo":                     roles(*FILE_READERS, parts={"uid": "scale"}, inside={404}),
    "manage_acts.ask":                  roles(*ACTORS, parts=ASK, inside={403}),
    "manage_acts.do":                   roles(*ACTORS, parts={"uid": "scale"}, inside={404}),
    "manage_acts.ask_order":            roles(*AUTHORITY, parts={"uid": "scale"}, inside={404}),
    "manage_acts.order":                roles(*AUTHORITY, parts={"uid": "scale"}, inside={404}),
    "manage_acts.ask_opening":          roles(*OPENERS, parts={"uid": "scale"}),
    "manage_acts.opening":              roles(*OPENERS, parts={"uid": "scale"}),
    # 404: what is somebody's own is nobody else's
    "chosen.form":                      roles(*TAG_KEEPERS, **NOBODYS),
    "chosen.labels":                    roles(*TAG_KEEPERS, **NOBODYS),
    "bulk.choose":                      roles(*FILE_READERS, body=EXPORTED),
    "bulk.show_bulk":                   roles(*FILE_READERS, **NOBODYS),
    "bulk.progress":                    roles(*FILE_READERS, **NOBODYS),
    "bulk.start":                       roles(*FILE_READERS, **NOBODYS),
    "own.filters":                      roles(*FILE_READERS, shared=True),
    "own.keep":                         roles(*FILE_READERS, shared=True),
    "own.rename":                       roles(*FILE_READERS, **NOBODYS),
    "own.remove":                       roles(*FILE_READERS, **NOBODYS),
    "own.columns":                      roles(*FILE_READERS, shared=True),
    "tables.as_csv":                    roles(*FILE_READERS),
    "tables.as_xlsx":                   roles(*FILE_READERS),
    "tables.chosen":                    roles(*FILE_READERS, shared=True, inside={404},
                                              parts={"uid": "scale", "kind": "csv"}),
    "filing_api.file":                  roles(*FILERS, body=FILING),
    "find.find":                        roles(*FILE_READERS),
    "find_api.find":                    roles(*FILE_READERS),
    "manage_api.scales":                roles(*FILE_READERS),
    "manage_api.read_scale":            roles(*FILE_READERS),
    "manage_api.do":                    roles(*ACTORS, Role.VERIFIER, body=RETIRE, inside={403}),
    "manage_api.order":                 roles(*AUTHORITY, body=ORDER),
    "manage_api.opening":               roles(*OPENERS, body={"seals": []}),
    "manage_api.story":                 roles(*FILE_READERS),
    "manage_api.scan":                  roles(*FILE_READERS, body={"code": "nothing"}),
    # configure
    "configure.new_scale":              roles(Role.MANAGER),
    "configure.register":               roles(Role.MANAGER),
    "configure.photo":                  roles(*READING_ASKERS, parts={"uid": "scale"}),
    "configure.save_photo":             roles(*READING_ASKERS, parts={"uid": "scale"}),
    "configure.seals":                  roles(*SEALERS, parts={"uid": "scale"}),
    "configure.save_seal":              roles(*SEALERS, parts={"uid": "scale"}, inside={403}),
    "configure.seal_seen":              roles(*SEALERS, parts={"uid": "scale"}),
    "register.places":                  roles(*FILE_READERS),
    "register.add_place":               roles(*TAG_KEEPERS, body={"region": HERE}),
    "register.place":                   roles(*FILE_READERS, parts={"uid": "place"}),
    "register.add_stall":               roles(*TAG_KEEPERS, parts={"uid": "place"}),
    "register.add_trader":              roles(*TAG_KEEPERS, parts={"uid": "place"}),
    "models.one":                       roles(*FILE_READERS, shared=True, parts={"uid": "model"}),
    "models.change":                    roles(*CATALOGUERS, shared=True, parts={"uid": "model"}),
    "grounds.of_scale":                 roles(Role.MANAGER, parts={"uid": "scale"}),
    "grounds.save":                     roles(Role.MANAGER, parts={"uid": "scale"}),
    "grounds.wanting":                  roles(*FILE_READERS),
    "grounds.give":                     roles(Role.MANAGER),
    "configure_api.grounds.read":       roles(*FILE_READERS),
    "configure_api.grounds.change":     roles(Role.MANAGER, body={"production_code": "1"}),
    "configure_api.models.change_model": roles(*CATALOGUERS, shared=True),
    "procurement.every":                roles(*FILE_READERS),
    "procurement.add":                  roles(*TAG_KEEPERS, body=NEW_BATCH),
    "procurement.one":                  roles(*FILE_READERS, parts={"uid": "batch"}),
    "procurement.change":               roles(*TAG_KEEPERS, parts={"uid": "batch"}),
    "procurement.ask_scales":           roles(Role.MANAGER, parts={"uid": "batch"}),
    "procurement.add_scales":           roles(Role.MANAGER, parts={"uid": "batch"}),
    "configure_api.procurement.procurements": roles(*FILE_READERS),
    "configure_api.procurement.procurement": roles(*FILE_READERS),
    "configure_api.procurement.add_procurement": roles(*TAG_KEEPERS, body=BATCH_BODY),
    "configure_api.procurement.correct_procurement": roles(*TAG_KEEPERS, body=BATCH_BODY),
    "configure_api.procurement.came_with": roles(Role.MANAGER, body={"batch": "@batch"}),
    "agreements.ending":                roles(*FILE_READERS),
    "agreements.of_place":              roles(*FILE_READERS, parts={"uid": "place"}),
    "agreements.add":                   roles(*TAG_KEEPERS, parts={"uid": "place"}),
    "agreements.one":                   roles(*FILE_READERS, parts={"uid": "agreement"}),
    "agreements.change":                roles(*TAG_KEEPERS, parts={"uid": "agreement"}),
    "agreements.end":                   roles(*TAG_KEEPERS, parts={"uid": "agreement"},
                                              body={"ended_on": "2099-01-01"}),
    "agreements.save_document":         roles(*TAG_KEEPERS, parts={"uid": "agreement"}),
    # 404: nobody took a picture of it
    "agreements.document":              roles(*TAG_KEEPERS, parts={"uid": "agreement"},
                                              inside={404}),
    "configure_api.agreements.every":   roles(*FILE_READERS),
    "configure_api.agreements.one":     roles(*FILE_READERS),
    "configure_api.agreements.add":     roles(*TAG_KEEPERS, body=NEW_AGREEMENT),
    "configure_api.agreements.change":  roles(*TAG_KEEPERS, body=TERMS),
    "configure_api.agreements.end":     roles(*TAG_KEEPERS, body={"ended_on": "2099-01-01"}),
    "models.every":                  roles(*FILE_READERS, shared=True),
    "models.add":               roles(*CATALOGUERS, shared=True),
    "configure_api.models.models":      roles(*FILE_READERS, shared=True),
    "configure_api.models.model":       roles(*FILE_READERS, shared=True),
    "configure_api.models.add_model":   roles(*CATALOGUERS, shared=True),
    "configure_api.places.markets":     roles(*FILE_READERS),
    "configure_api.places.market":      roles(*FILE_READERS, parts={"market": "place"}),
    "configure_api.places.add_market":  roles(*TAG_KEEPERS, body=NEW_MARKET),
    "configure_api.places.stalls":      roles(*FILE_READERS),
    "configure_api.places.stall":       roles(*FILE_READERS),
    "configure_api.places.add_stall":   roles(*TAG_KEEPERS),
    "configure_api.places.put_goods":   roles(*TAG_KEEPERS, body={"goods_classes": ["fresh"]}),
    "configure_api.places.traders":     roles(*FILE_READERS),
    "configure_api.places.trader":      roles(*FILE_READERS),
    "configure_api.places.add_trader":  roles(*TAG_KEEPERS),
    "configure_api.scales.register":    roles(Role.MANAGER),
    # 404: no photo was taken
    "configure_api.scales.photo":       roles(*FILE_READERS, inside={404}),
    "configure_api.scales.put_photo":   roles(*READING_ASKERS, media="application/octet-stream"),
    "configure_api.scales.seals":       roles(*FILE_READERS),
    # 403: each records only seals of their own kind
    "configure_api.scales.record_seal": roles(*SEALERS, body=NEW_SEAL, inside={403}),
    "configure_api.codes.codes":         roles(*FILE_READERS),
    "configure_api.codes.adopt":         roles(Role.MANAGER, body={"kind": "city", "value": "1"}),
    # 409: a tag of ours is not given up but voided
    "configure_api.codes.give_up":       roles(Role.MANAGER, parts={"code": "tag"}),
    "configure_api.scales.seal_seen":   roles(*SEALERS, body={"state": "broken"}),
    # verify
    "verify.record":                    roles(Role.VERIFIER, parts={"uid": "scale"}),
    "verify.save":                      roles(Role.VERIFIER, parts={"uid": "scale"}),
    "worksheets.mine":                  roles(Role.VERIFIER, shared=True),
    "worksheets.write":                 roles(Role.VERIFIER, parts={"uid": "scale"}),
    "worksheets.choose":                roles(Role.VERIFIER),
    # 404: it asks for scales by their uids behind the question mark
    "worksheets.together":              roles(Role.VERIFIER, shared=True, inside={404}),
    "drafts.stored":                    roles(Role.VERIFIER, parts={"draft": "draft"}),
    "drafts.save":                      roles(Role.VERIFIER, shared=True, parts={"draft": "draft"}),
    # 422: a draft that was just begun is not complete
    "drafts.submit":                    roles(Role.VERIFIER, parts={"draft": "draft"}),
    "drafts.discard":                   roles(Role.VERIFIER, parts={"draft": "draft"}),
    "verify_api.worksheets.listed":     roles(Role.VERIFIER, shared=True),
    "verify_api.worksheets.read":       roles(Role.VERIFIER, parts={"draft": "draft"}),
    "verify_api.worksheets.save":       roles(Role.VERIFIER, parts={"draft": "draft"}, body=DRAFT, inside={412}),
    "verify_api.worksheets.submit":     roles(Role.VERIFIER, parts={"draft": "draft"}),
    "verify_api.worksheets.give_up":    roles(Role.VERIFIER, parts={"draft": "draft"}),
    # bodies, weights and stock: what one may change is the body's one belongs to
    "standards.index":                  roles(*BODY_READERS, shared=True),
    "bodies.index":                     roles(*BODY_READERS),
    "bodies.create":                    roles(*BODY_MAKERS, body=NEW_BODY),
    "bodies.show":                      roles(*BODY_READERS, parts={"uid": "body"}),
    "bodies.amend":                     roles(*BODY_MAKERS, parts={"uid": "body"}),
    "bodies.assign":                    roles(*BODY_MAKERS, parts={"uid": "body"}),
    "bodies.unassign":                  roles(*BODY_MAKERS, parts={"uid": "body"}),
    "bodies.add_staff":                 roles(*BODY_MAKERS, *BODY_KEEPERS, parts={"uid": "body"}),
    "bodies.end_staff":                 roles(*BODY_MAKERS, *BODY_KEEPERS, parts={"uid": "body"}),
    "bodies.add_standard":              roles(*BODY_MAKERS, *BODY_KEEPERS, parts={"uid": "body"}),
    "bodies.end_standard":              roles(*BODY_MAKERS, *BODY_KEEPERS, parts={"uid": "body"}),
    "weights.index":                    roles(*STANDARD_READERS),
    "weights.register":                 roles(*BODY_KEEPERS, body=WEIGHT_FORM),
    "weights.show":                     roles(*STANDARD_READERS, parts={"uid": "weight"}),
    "weights.add_certificate":          roles(*BODY_KEEPERS, parts=WEIGHT, body=PAPER_FORM),
    "weights.withdraw":                 roles(*BODY_STAFF, parts={"uid": "weight"}),
    "weights.reinstate":                roles(*BODY_KEEPERS, parts={"uid": "weight"}),
    "weights.retire":                   roles(*BODY_KEEPERS, parts={"uid": "weight"}),
    "recalls.index":                    roles(*STANDARD_READERS),
    "recalls.show":                     roles(*STANDARD_READERS, parts={"uid": "recall"}),
    "recalls.begin":                    roles(*BODY_KEEPERS, body={"weight": "@weight"}),
    "recalls.decide":                   roles(Role.SIGNATORY, parts={"uid": "recall"}),
    "recalls.close":                    roles(Role.SIGNATORY, parts={"uid": "recall"}),
    "recalls.clearing":                 roles(Role.SIGNATORY, parts={"uid": "recall"}),
    "recalls.clear":                    roles(Role.SIGNATORY, parts={"uid": "recall"}),
    "verify_api.recalls.recalls":       roles(*STANDARD_READERS),
    "verify_api.recalls.recall":        roles(*STANDARD_READERS),
    "verify_api.recalls.scales":        roles(*STANDARD_READERS, parts={"recall": "recall"}),
    "verify_api.recalls.begin":         roles(*BODY_KEEPERS, body={"weight": "@weight"}),
    "verify_api.recalls.decide":        roles(Role.SIGNATORY, body={"scales": ["@scale"], "decision": "keep"}),
    "verify_api.recalls.end":           roles(Role.SIGNATORY),
    "stock.index":                      roles(*STANDARD_READERS),
    "stock.receive":                    roles(*BODY_KEEPERS),
    "stock.issue":                      roles(*BODY_KEEPERS),
    "stock.void":                       roles(*BODY_STAFF),
    "stock.give_back":                  roles(*BODY_STAFF, body=BACK_FORM),
    "stock.close_day":                  roles(*BODY_STAFF),
    "verify_api.weights.weights":       roles(*STANDARD_READERS),
    "verify_api.weights.weight":        roles(*STANDARD_READERS),
    "verify_api.weights.add_weight":    roles(*BODY_KEEPERS, body=WEIGHT_BODY),
    "verify_api.weights.add_certificate": roles(*BODY_KEEPERS, body=PAPER_BODY),
    "verify_api.weights.withdraw":      roles(*BODY_STAFF, body=GONE_BODY),
    "verify_api.weights.reinstate":     roles(*BODY_KEEPERS),
    "verify_api.weights.retire":        roles(*BODY_KEEPERS),
    "verify_api.labels.lots":           roles(*STANDARD_READERS),
    "verify_api.labels.lot":            roles(*STANDARD_READERS),
    "verify_api.labels.marks":          roles(*STANDARD_READERS),
    "verify_api.labels.receive":        roles(*BODY_KEEPERS, body=LOT_BODY),
    "verify_api.labels.issue":          roles(*BODY_KEEPERS, body=ISSUE_BODY),
    # one's own stock, whatever the region
    "verify_api.marks.void":            roles(*BODY_STAFF, shared=True, body=VOID_BODY),
    "verify_api.marks.give_back":       roles(*BODY_STAFF, shared=True, body=RUN_BODY),
    "verify_api.marks.close_day":       roles(*BODY_STAFF, body=COUNT_BODY),
    "verify_api.verifications":         roles(*FILE_READERS),
    "signing_api.worksheets":           roles(*SIGNING, Role.AUDITOR),
    "signing_api.worksheet":            roles(*SIGNING, Role.AUDITOR),
    # 403: each of the three signs, sends back or sets aside at one step
    "signing_api.sign":                 roles(*SIGNING, body={"step": "checked"}, inside={403}),
    "signing_api.send_back":            roles(
        Role.CHECKER, Role.SIGNATORY, body={"reason": "readings"}, inside={403}
    ),
    "signing_api.set_aside":            roles(
        Role.VERIFIER, Role.SIGNATORY, body={"reason": "mistake"}, inside={403}
    ),
    "papers.show":                      roles(*FILE_READERS, parts={"uid": "verification"}),
    "papers.issue":                     roles(*SIGNING, parts={"uid": "verification"}),
    "papers.revoke":                    roles(Role.SIGNATORY, parts={"uid": "certificate"}),
    "papers.take":                      roles(
        *FILE_READERS, parts={"uid": "certificate", "what": "record"}
    ),
    "papers.public":                    Line(Audience.PUBLIC, parts={"uid": "certificate"}),
    "papers_api.certificates":          roles(*FILE_READERS),
    "papers_api.certificate":           roles(*FILE_READERS),
    "papers_api.pdf":                   roles(*FILE_READERS),
    "papers_api.dcc":                   roles(*FILE_READERS),
    "papers_api.record":                roles(*FILE_READERS),
    "papers_api.issue":                 roles(*SIGNING, body={"verification": "@verification"}),
    # it was revoked before: 409
    "papers_api.revoke":                roles(Role.SIGNATORY),
    "signing.index":                    roles(*SIGNING),
    "signing.pile":                     roles(*SIGNING, parts=MY_PILE, inside={404}),
    "signing.sign":                     roles(*SIGNING, parts=MY_PILE, inside={404}),
    "signing.sheet":                    roles(*SIGNING, Role.AUDITOR, parts={"uid": "worksheet"}),
    "signing.send_back":                roles(
        Role.CHECKER, Role.SIGNATORY, parts={"uid": "worksheet"}, inside={403}
    ),
    "signing.set_aside":                roles(
        Role.VERIFIER, Role.SIGNATORY, parts={"uid": "worksheet"}, inside={403}
    ),
    "verify_api.verification":          roles(*FILE_READERS),
    # portal
    "home.start":                       OWN,
    "portal.show":                      PUBLIC,
    "portal.photo":                     PUBLIC,
    "portal.sheet_form":                roles(*TAG_KEEPERS),
    "portal.sheet":                     roles(*TAG_KEEPERS),
    "portal.issue":                     roles(Role.MANAGER, parts={"uid": "scale"}),
    "portal.revoke":                    roles(Role.MANAGER, parts={"uid": "tag"}),
    "portal_api.tags":                  roles(*TAG_KEEPERS),
    "portal_api.tag":                   roles(*TAG_KEEPERS),
    "portal_api.sheet":                 roles(*TAG_KEEPERS),
    # 404: a scale is none of a verifier's, who issues the tags of weights
    "portal_api.issue":                 roles(Role.MANAGER, Role.VERIFIER,
                                              body={"scale": "@scale"}, inside={404}),
    "portal_api.issue_staff":           roles(Role.ADMIN, body={"role": "@role"}),
    # 403: each voids what is theirs to give out, and this is a scale's
    "portal_api.revoke":                roles(Role.MANAGER, Role.ADMIN, Role.VERIFIER,
                                              body={"because": "damaged"}, inside={403}),
    "copies.listed":                    roles(*COPY_READERS),
    "copies.resolve":                   roles(*TAG_KEEPERS, parts={"uid": "copy"},
                                              body={"outcome": "explained", "note": "seen"}),
    "copies_api.listed":                roles(*COPY_READERS),
    "copies_api.one":                   roles(*COPY_READERS),
    "copies_api.resolve":               roles(*TAG_KEEPERS,
                                              body={"outcome": "explained", "note": "seen"}),
    "cards.stalls":                     roles(*TAG_KEEPERS),
    "cards.give_missing":               roles(Role.MANAGER, body={"place": "@path"}),
    "cards.give_stall":                 roles(Role.MANAGER, parts={"uid": "stall"}),
    "cards.staff":                      roles(Role.ADMIN),
    "cards.give_staff":                 roles(Role.ADMIN, parts={"uid": "role"}),
    "cards.give_weight":                roles(Role.VERIFIER, parts={"uid": "weight"}),
    # 404: no card of the kind is in use
    "cards.sheet":                      roles(Role.MANAGER, Role.REGULATOR, Role.ADMIN,
                                              Role.VERIFIER, inside={404}, parts={"kind": "stalls"}),
    # 404: what is done to the card is no word of ours
    "cards.end":                        roles(Role.MANAGER, Role.ADMIN, Role.VERIFIER,
                                              parts={"uid": "tag"}, inside={404}),
    # oversee
    "oversee.findings":                 roles(*FINDING_READERS),
    "oversee.finding":                  roles(*FINDING_READERS, parts={"uid": "finding"}),
    "oversee.conclude":                 roles(*DECIDERS, parts={"uid": "finding"}),
    "oversee.leads":                    roles(*LEAD_READERS),
    "oversee.step_lead":                roles(*DECIDERS, parts={"uid": "lead"}),
    # tasks of the server: one's own; what others started is 404 to all but overseers
    "tasks.index":                      OWN,
    "tasks.show_task":                  roles(parts=SERVER_TASK, inside={404}),
    "tasks.progress":                   roles(parts=SERVER_TASK, inside={404}),
    "tasks.cancel":                     roles(parts=SERVER_TASK, inside={404}),
    "tasks_api.tasks":                  OWN,
    "tasks_api.task":                   roles(parts=API_TASK, inside={404}),
    "tasks_api.cancel":                 roles(parts=API_TASK, inside={404}),
    "ledger_check.start":               roles(*LEDGER_READERS, shared=True),
    "ledger_check_api.start_by_api":    roles(*LEDGER_READERS, shared=True),
    "oversee.ledger":                   roles(*LEDGER_READERS),
    "audit.index":                      roles(*LEDGER_READERS),
    "audit.export":                     roles(*LEDGER_READERS),
    "audit.sign_ins":                   roles(*LEDGER_READERS, shared=True),
    "oversee_api.findings":             roles(*FINDING_READERS),
    "oversee_api.finding":              roles(*FINDING_READERS),
    "oversee_api.resolve":              roles(*DECIDERS, body=CONCLUSION),
    "oversee_api.leads":                roles(*LEAD_READERS),
    "oversee_api.lead":                 roles(*LEAD_READERS),
    "oversee_api.step_lead":            roles(*DECIDERS, body=LEAD_STEP),
})
# fmt: on
