"""Who may call what in verify beyond one scale: in-service checks and appeals."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import APPEAL_READERS, AUTHORITY
from app.domain.roles import Role
from tests.web.matrix.lines import Line, roles

READERS: Final = (*AUTHORITY, Role.AUDITOR)

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "checks.index":                     roles(*READERS),
    "checks.write":                     roles(*AUTHORITY, parts={"uid": "scale"}),
    "checks.show":                      roles(*READERS, parts={"uid": "check"}),
    "checks.printed":                   roles(*READERS, parts={"uid": "check"}),
    "checks.open_lead":                 roles(*AUTHORITY, parts={"uid": "check"}),
    "verify_api.checks.open_lead":      roles(*AUTHORITY),
    "checks.confirm":                   roles(*AUTHORITY, parts={"uid": "check"}),
    "verify_api.checks.checks":         roles(*READERS),
    "verify_api.checks.check":          roles(*READERS),
    "appeals.index":                    roles(*APPEAL_READERS),
    "appeals.ask":                      roles(Role.REGULATOR, parts={"uid": "scale"}),
    "appeals.record":                   roles(Role.REGULATOR, parts={"uid": "scale"}),
    "appeals.show":                     roles(*APPEAL_READERS, parts={"uid": "appeal"}),
    "appeals.decide":                   roles(Role.REGULATOR, parts={"uid": "appeal"}),
    "verify_api.appeals.appeals":       roles(*APPEAL_READERS),
    "verify_api.appeals.appeal":        roles(*APPEAL_READERS),
})
# fmt: on
