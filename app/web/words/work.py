"""Words of people, seals, stations, their lines and their tasks. Source: domain.md 8."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.domain.roles import Role
from app.domain.seals import SealKind, SealOwner, SealState
from app.domain.stations import StationHealth
from app.domain.tasks import Executor, TaskState

ROLE: Final[Mapping[Role, Any]] = MappingProxyType(
    {
        Role.MANAGER: _l("market manager"),
        Role.INSPECTOR: _l("inspector"),
        Role.VERIFIER: _l("verifier"),
        Role.CHECKER: _l("checker"),
        Role.SIGNATORY: _l("signatory"),
        Role.REPAIRER: _l("repairer"),
        Role.REGULATOR: _l("regulator"),
        Role.CUSTODIAN: _l("firmware custodian"),
        Role.AUDITOR: _l("auditor"),
        Role.ADMIN: _l("administrator"),
    }
)

SEAL_KIND: Final[Mapping[SealKind, Any]] = MappingProxyType(
    {
        SealKind.LEAD: _l("lead seal"),
        SealKind.STICKER: _l("sticker seal"),
        SealKind.ELECTRONIC: _l("electronic seal"),
    }
)

SEAL_OWNER: Final[Mapping[SealOwner, Any]] = MappingProxyType(
    {
        SealOwner.MAKER: _l("maker's"),
        SealOwner.VERIFICATION: _l("verification body's"),
        SealOwner.REPAIR: _l("repairer's"),
    }
)

SEAL_STATE: Final[Mapping[SealState, Any]] = MappingProxyType(
    {
        SealState.INTACT: _l("intact"),
        SealState.BROKEN: _l("broken"),
        SealState.MISSING: _l("missing"),
        SealState.REPLACED: _l("replaced"),
    }
)

STATION: Final[Mapping[StationHealth, Any]] = MappingProxyType(
    {
        StationHealth.NEVER_SEEN: _l("not enrolled yet"),
        StationHealth.HEARD: _l("connected"),
        StationHealth.SILENT: _l("silent"),
        StationHealth.REVOKED: _l("shut out"),
    }
)

TASK: Final[Mapping[TaskState, Any]] = MappingProxyType(
    {
        TaskState.QUEUED: _l("waiting"),
        TaskState.RUNNING: _l("running"),
        TaskState.DONE: _l("finished"),
        TaskState.FAILED: _l("not possible"),
        TaskState.CANCELLED: _l("cancelled"),
        TaskState.EXPIRED: _l("too late"),
    }
)

EXECUTOR: Final[Mapping[Executor, Any]] = MappingProxyType(
    {
        Executor.SERVER: _l("server"),
        Executor.STATION: _l("bench station"),
        Executor.PERSON: _l("person"),
    }
)

# Facts as stations sign them; what is not in these tables is shown as it came.
TRANSPORT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "tty": _l("serial port"),
        "pty": _l("virtual port"),
        "rfc2217": _l("serial port over the network"),
        "socket": _l("network socket"),
    }
)
LINES: Final[Mapping[str, Any]] = MappingProxyType(
    {"driven": _l("driven"), "absent": _l("no such line"), "not_driven": _l("not driven")}
)
STRAP: Final[Mapping[str, Any]] = MappingProxyType(
    {"driven": _l("driven"), "attested": _l("attested by a person"), "none": _l("none")}
)
ENTRY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "none": _l("no entry sequence"),
        "dtr": _l("by DTR"),
        "dtr-rts": _l("by DTR and RTS"),
        "manual": _l("by hand"),
    }
)
READ_REASON: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "read_protected": _l("read protection is on"),
        "silent": _l("the scale was silent"),
        "wrong_baud_or_parity": _l("wrong baud rate or parity"),
        "unplugged": _l("the cable was unplugged"),
        "noisy": _l("the line was noisy"),
        "wrong_protocol": _l("it speaks another protocol"),
        "port_busy": _l("another program uses the port"),
        "port_missing": _l("there is no such port"),
        "timeout": _l("it took too long"),
        "cancelled": _l("cancelled"),
    }
)
