"""Who may call what: signatures and papers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.roles import Role
from app.web.access import Audience
from tests.web.matrix.lines import FILE_READERS, SIGNING, Line, roles

# 404: each of the three has steps of their own
MY_PILE: Final = {"uid": "place", "kind": "sign_worksheets"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
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
})
# fmt: on
