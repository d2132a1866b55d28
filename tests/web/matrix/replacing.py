"""Who may call what: what replaces what, with grounds and agreements."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from tests.support.world import HERE
from tests.web.matrix.lines import FILE_READERS, Line, roles

REPLACEMENT_READERS: Final = (Role.REGULATOR, Role.MANAGER, Role.AUDITOR)
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

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
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
    "grounds.of_scale":                 roles(Role.MANAGER, parts={"uid": "scale"}),
    "grounds.save":                     roles(Role.MANAGER, parts={"uid": "scale"}),
    "grounds.wanting":                  roles(*FILE_READERS),
    "grounds.give":                     roles(Role.MANAGER),
    "configure_api.grounds.read":       roles(*FILE_READERS),
    "configure_api.grounds.change":     roles(Role.MANAGER, body={"production_code": "1"}),
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
})
# fmt: on
