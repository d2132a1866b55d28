"""Who may call what: the register."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import COPY_READERS, FILERS, TAG_KEEPERS
from app.domain.roles import Role
from tests.web.matrix.lines import FILE_READERS, NOBODYS, Line, roles

ACTORS: Final = (Role.MANAGER, Role.INSPECTOR, Role.REGULATOR, Role.REPAIRER)
AUTHORITY: Final = (Role.INSPECTOR, Role.REGULATOR)
OPENERS: Final = (Role.REPAIRER, Role.INSPECTOR)
ASK: Final = {"uid": "scale", "action": "suspend"}
RETIRE: Final = {"action": "retire"}
EXPORTED: Final = {"action": "export", "uid": "@scale"}
FILING: Final = {"number": "备2026-1", "on": "2026-01-05"}
ORDER: Final = {"kind": "release_hold", "number": "1"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "manage.scales":                    roles(*FILE_READERS),
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
    "copies.listed":                    roles(*COPY_READERS),
    "copies.resolve":                   roles(*TAG_KEEPERS, parts={"uid": "copy"},
                                              body={"outcome": "explained", "note": "seen"}),
    "copies_api.listed":                roles(*COPY_READERS),
    "copies_api.one":                   roles(*COPY_READERS),
    "copies_api.resolve":               roles(*TAG_KEEPERS,
                                              body={"outcome": "explained", "note": "seen"}),
})
# fmt: on
