"""Who may call what: accounts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.roles import Role
from tests.web.matrix.lines import OWN, PUBLIC, SIGNING_IN, Line, roles

PERSON: Final = {"uid": "person"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
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
})
# fmt: on
