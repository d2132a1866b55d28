"""Who may call what: bodies, weights and stock."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import (
    BODY_KEEPERS,
    BODY_MAKERS,
    BODY_READERS,
    BODY_STAFF,
    STANDARD_READERS,
)
from app.domain.roles import Role
from tests.support.world import HERE
from tests.web.matrix.lines import Line, roles

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
    # bodies, weights and stock: what one may change is the body's one belongs to
    "standards.index":                  roles(*BODY_READERS, shared=True),
    "standards.ending":                 roles(*STANDARD_READERS, shared=True),
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
    "verify_api.recalls.decide":        roles(Role.SIGNATORY,
                                              body={"scales": ["@scale"], "decision": "keep"}),
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
})
# fmt: on
