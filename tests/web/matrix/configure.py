"""Who may call what: places, models and scales."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import TAG_KEEPERS
from app.domain.roles import Role
from tests.support.world import HERE
from tests.web.matrix.lines import FILE_READERS, READING_ASKERS, Line, roles

SEALERS: Final = (Role.MANAGER, Role.VERIFIER, Role.REPAIRER, Role.INSPECTOR)
CATALOGUERS: Final = (Role.MANAGER, Role.REGULATOR, Role.CUSTODIAN)
BASELINERS: Final = (Role.MANAGER, Role.INSPECTOR, Role.VERIFIER)
NEW_MARKET: Final = {"region": HERE, "code": "M99", "name": "market"}
NEW_OFFICE: Final = {"county": HERE, "code": "099", "name": "office"}
NEW_SEAL: Final = {"kind": "lead", "owner": "maker", "number": "1"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "baseline.ask":                     roles(*BASELINERS, parts={"uid": "scale"}),
    "baseline.save":                    roles(*BASELINERS, parts={"uid": "scale"}),
    "configure_api.baseline.read":      roles(*FILE_READERS),
    "configure_api.baseline.write":     roles(*BASELINERS,
                                              body={"calibration": 1, "parameters": 1}),
    "erasing.ask":                      roles(*TAG_KEEPERS, parts={"uid": "trader"}),
    "erasing.erase":                    roles(*TAG_KEEPERS, parts={"uid": "trader"}),
    "configure_api.erasing.erase_trader": roles(*TAG_KEEPERS),
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
    "corrections.ask":                  roles(*TAG_KEEPERS, parts={"uid": "place"}),
    "corrections.save":                 roles(*TAG_KEEPERS, parts={"uid": "place"}),
    "traders.ask":                      roles(*TAG_KEEPERS, parts={"uid": "trader"}),
    "traders.save":                     roles(*TAG_KEEPERS, parts={"uid": "trader"}),
    "configure_api.corrections.put_trader": roles(*TAG_KEEPERS, body={"name": "n"}),
    "configure_api.corrections.put_number": roles(*TAG_KEEPERS, body={"number": "n"}),
    "plates.ask":                       roles(Role.MANAGER, parts={"uid": "scale"}),
    "plates.save":                      roles(Role.MANAGER, parts={"uid": "scale"}),
    "configure_api.plates.put_plate":
        roles(Role.MANAGER, body={"model": "@model", "serial_no": "1", "role": "trade"}),
    "offices.every":                    roles(Role.REGULATOR),
    "offices.add":                      roles(Role.REGULATOR, body={"county": HERE, "code": "9"}),
    "offices.one":                      roles(Role.REGULATOR, parts={"uid": "office"}),
    "offices.change":                   roles(Role.REGULATOR, parts={"uid": "office"}),
    "configure_api.corrections.put_market":
        roles(*TAG_KEEPERS, parts={"market": "place"}, body={"name": "m", "kind": "market"}),
    "configure_api.corrections.offices": roles(*FILE_READERS),
    "configure_api.corrections.office": roles(*FILE_READERS),
    "configure_api.corrections.add_office": roles(Role.REGULATOR, body=NEW_OFFICE),
    "configure_api.corrections.put_office": roles(Role.REGULATOR, body={"name": "office"}),
    "models.one":                       roles(*FILE_READERS, shared=True, parts={"uid": "model"}),
    "models.change":                    roles(*CATALOGUERS, shared=True, parts={"uid": "model"}),
    "configure_api.models.change_model": roles(*CATALOGUERS, shared=True),
    "models.every":                     roles(*FILE_READERS, shared=True),
    "models.add":                       roles(*CATALOGUERS, shared=True),
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
})
# fmt: on
