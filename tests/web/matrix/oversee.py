"""Who may call what: findings, leads and the ledger."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import DECIDERS, FINDING_READERS, LEAD_READERS, LEDGER_READERS
from tests.web.matrix.lines import Line, roles

CONCLUSION: Final = {"outcome": "open", "conclusion": "checked", "document_no": "1"}
LEAD_STEP: Final = {"state": "open", "document_no": "1"}  # no step: a token never makes a true one

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "oversee.findings":                 roles(*FINDING_READERS),
    "oversee.finding":                  roles(*FINDING_READERS, parts={"uid": "finding"}),
    "oversee.conclude":                 roles(*DECIDERS, parts={"uid": "finding"}),
    "oversee.leads":                    roles(*LEAD_READERS),
    "oversee.lead":                     roles(*LEAD_READERS, parts={"uid": "lead"}),
    "oversee.step_lead":                roles(*DECIDERS, parts={"uid": "lead"}),
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
