"""A server task as its page tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.tasks import ENDED, TaskState
from app.models import Task
from app.web.formats import integer
from app.web.words import tasks as words


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown of one task.

    Attributes:
        done, total: How far it is; total None where nobody knows.
        elapsed_s, left_s: Since somebody took it; what is left at the present pace.
        results: (name, value) of what came of it.
        problems: (entry, words, subject) of a check.
    """

    title: str
    message: str
    done: int
    total: int | None
    elapsed_s: int
    left_s: int | None
    results: tuple[tuple[str, str], ...]
    problems: tuple[tuple[int, str, str], ...]
    error: str
    is_over: bool
    is_ending: bool


def show(task: Task, at: datetime, *, with_subjects: bool) -> Shown:
    """Return what is told of ``task`` at ``at``.

    Args:
        with_subjects: Whether the reader may see public ids of any region.
    """
    far = task.progress if task.state is TaskState.RUNNING else {}
    began = task.claimed_at or task.created_at
    return Shown(
        title=title(task),
        message=str(words.MESSAGE.get(far.get("message", ""), far.get("message", ""))),
        done=far.get("done", 0),
        total=far.get("total"),
        elapsed_s=max(0, int(((task.finished_at or at) - began).total_seconds())),
        left_s=_left(far, at),
        results=tuple(_results(task.result)),
        problems=tuple(_problems(task.result, with_subjects=with_subjects)),
        error=words.say_error(task.result["error"]) if "error" in task.result else "",
        is_over=task.state in ENDED,
        is_ending=task.state is TaskState.RUNNING and task.cancel_asked_at is not None,
    )


def title(task: Task) -> str:
    """Return what the task does, in the language of the page."""
    said = str(words.KIND.get(task.kind, task.kind))
    name = task.payload.get("name")
    return f"{said}: {name}" if name else said


def _left(far: Mapping[str, Any], at: datetime) -> int | None:
    """Return how long the present phase will take at its own pace so far."""
    if not far.get("total") or "since" not in far:
        return None
    told, since = (datetime.fromisoformat(far[key]) for key in ("at", "since"))
    done, rest = int(far["done"] - far["first"]), int(far["total"] - far["done"])
    spent = (told - since).total_seconds()
    if done <= 0 or spent <= 0:
        return None
    return max(0, round(spent / done * rest - (at - told).total_seconds()))


def _results(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, words_of_it in words.RESULT.items():
        if isinstance(value := result.get(key), int):
            yield str(words_of_it), integer(value)


def _problems(result: Mapping[str, Any], *, with_subjects: bool) -> Iterator[tuple[int, str, str]]:
    for found in result.get("found", ()):
        said = str(words.PROBLEM.get(found["code"], found["code"]))
        yield found["seq"], said, found["subject"] if with_subjects else ""
