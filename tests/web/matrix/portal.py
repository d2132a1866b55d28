"""Who may call what: tags and the public page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from tests.web.matrix.lines import NOBODYS, PUBLIC, Line, roles

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "blanks.make":                      roles(Role.MANAGER),
    # which place: an address without one finds none
    "blanks.labels":                    roles(*TAG_KEEPERS, inside={404}),
    "blanks.ask_claim":                 roles(Role.MANAGER, parts={"uid": "tag"}),
    "blanks.claim":                     roles(Role.MANAGER, parts={"uid": "tag"}),
    # 404: what is somebody's own is nobody else's
    "chosen.form":                      roles(*TAG_KEEPERS, **NOBODYS),
    "chosen.labels":                    roles(*TAG_KEEPERS, **NOBODYS),
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
    "cards.stalls":                     roles(*TAG_KEEPERS),
    "cards.give_missing":               roles(Role.MANAGER, body={"place": "@path"}),
    "cards.give_stall":                 roles(Role.MANAGER, parts={"uid": "stall"}),
    "cards.staff":                      roles(Role.ADMIN),
    "cards.give_staff":                 roles(Role.ADMIN, parts={"uid": "role"}),
    "cards.give_weight":                roles(Role.VERIFIER, parts={"uid": "weight"}),
    # 404: no card of the kind is in use
    "cards.sheet":                      roles(Role.MANAGER, Role.REGULATOR, Role.ADMIN,
                                              Role.VERIFIER, inside={404},
                                              parts={"kind": "stalls"}),
    # 404: what is done to the card is no word of ours
    "cards.end":                        roles(Role.MANAGER, Role.ADMIN, Role.VERIFIER,
                                              parts={"uid": "tag"}, inside={404}),
})
# fmt: on
