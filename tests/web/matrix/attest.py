"""Who may call what: stations, evidence and references."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.roles import Role
from tests.web.matrix.lines import FILE_READERS, PUBLIC, READING_ASKERS, STATION, Line, roles

READING_WATCHERS: Final = (*READING_ASKERS, Role.REGULATOR, Role.AUDITOR)
REFERENCE: Final = {"uid": "reference"}
STATION_KEEPERS: Final = (Role.MANAGER, Role.ADMIN)
STATION_WATCHERS: Final = (*STATION_KEEPERS, Role.INSPECTOR, Role.REGULATOR, Role.AUDITOR)
NEW_STATION: Final = {"place": "@place", "name": "bench"}
PORT: Final = {"scale": "@scale", "port": "/dev/ttyUSB1"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
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
    "references.index":                 roles(*FILE_READERS, shared=True),
    "references.new":                   roles(Role.CUSTODIAN, shared=True),
    "references.look":                  roles(Role.CUSTODIAN, shared=True),
    "references.submit":                roles(Role.CUSTODIAN, shared=True),
    "references.show":                  roles(*FILE_READERS, shared=True, parts=REFERENCE),
    "references.approve":               roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
    "references.reject":                roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
    "references.withdraw":              roles(Role.CUSTODIAN, shared=True, parts=REFERENCE),
})
# fmt: on
