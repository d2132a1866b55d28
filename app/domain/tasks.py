"""Long work: who does it and how far it is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Executor(StrEnum):
    """Who does a task: the jobs process, a station that polls, or a person (a to-do)."""

    SERVER = "server"
    STATION = "station"
    PERSON = "person"


class TaskState(StrEnum):
    """How far a task is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ENDED: Final = frozenset({TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED, TaskState.EXPIRED})

# What may simply be done once more from the beginning when it failed: it only reads, or judges
# what stands. Imports and acts on many scales go on from their own pages.
REPEATABLE: Final = frozenset({"verify_ledger", "rejudge_model", "recall_list", "recall_clear"})

# A task that killed its worker so often will kill the next one too.
ATTEMPTS: Final = 3

# Running to running: an unfinished task is handed out again. Queued to done: a person's
# to-do, or evidence whose hand-out answer was lost on the way.
TASK_STEPS: Final[Mapping[TaskState, frozenset[TaskState]]] = MappingProxyType(
    {
        TaskState.QUEUED: ENDED | {TaskState.RUNNING},
        # Back to waiting: the server stops, or its database failed; another process goes on.
        TaskState.RUNNING: ENDED | {TaskState.RUNNING, TaskState.QUEUED},
        **{state: frozenset() for state in ENDED},
    }
)


def task_may_become(state: TaskState, following: TaskState) -> bool:
    """Return whether a task may go from ``state`` to ``following``."""
    return following in TASK_STEPS[state]
