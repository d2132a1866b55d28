"""Work of the server's own: tasks that are queued, held by a lease, resumed and cancelled."""

from app.work.progress import Progress
from app.work.queue import (
    TaskEndedError,
    TaskFixedError,
    TaskNotRepeatableError,
    cancel_server_task,
    may_repeat,
    queue_server_task,
    repeat_server_task,
)

__all__ = [
    "Progress",
    "TaskEndedError",
    "TaskFixedError",
    "TaskNotRepeatableError",
    "cancel_server_task",
    "may_repeat",
    "queue_server_task",
    "repeat_server_task",
]
