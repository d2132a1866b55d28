"""Who may call what: what every page needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.web.matrix.lines import OWN, PUBLIC, Line, roles

SERVER_TASK: Final = {"uid": "server_task"}
API_TASK: Final = {"task": "server_task"}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "static":                           PUBLIC,
    "health.healthz":                   PUBLIC,
    "health.readyz":                    PUBLIC,
    "health.metrics":                   PUBLIC,
    "api.description":                  PUBLIC,
    "api.docs":                         PUBLIC,
    "home.start":                       OWN,
    "home.sections":                    OWN,
    # tasks of the server: one's own; what others started is 404 to all but overseers
    "tasks.index":                      OWN,
    "tasks.show_task":                  roles(parts=SERVER_TASK, inside={404}),
    "tasks.progress":                   roles(parts=SERVER_TASK, inside={404}),
    "tasks.cancel":                     roles(parts=SERVER_TASK, inside={404}),
    "tasks.again":                      roles(parts=SERVER_TASK, inside={404}),
    "tasks_api.again":                  roles(parts=API_TASK, inside={404}),
    "tasks_api.tasks":                  OWN,
    "tasks_api.task":                   roles(parts=API_TASK, inside={404}),
    "tasks_api.cancel":                 roles(parts=API_TASK, inside={404}),
})
# fmt: on
