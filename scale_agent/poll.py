"""Ask the server for work, and keep the nonce book full while there is a line."""

import json
from collections.abc import Callable
from typing import Any, Final

from scale_agent.backoff import Backoff
from scale_agent.clock import Clock
from scale_agent.dsse import EnvelopeError
from scale_agent.keys import Identity
from scale_agent.log import warn
from scale_agent.receipts import NONCE, Task, open_task
from scale_agent.server_link import Answer, ServerAwayError, ServerLink
from scale_agent.spool import Spool

WAIT_S: Final = 20
# ``wait`` is a wish: a busy server answers at once, and then we ask no more often than this.
PACE_S: Final = 2.0
LONGEST_S: Final = 60.0
FULL_BOOK: Final = 64
HALF_BOOK: Final = 32
REFILL_S: Final = 10.0
QUICKLY_S: Final = 3.0


class Poller:
    """One round is ``step``; it says how long to rest before the next."""

    def __init__(
        self,
        link: ServerLink,
        identity: Identity,
        spool: Spool,
        clock: Clock,
        take: Callable[[Task], bool],
    ) -> None:
        self._link = link
        self._identity = identity
        self._spool = spool
        self._clock = clock
        self._take = take
        self._backoff = Backoff(longest_s=LONGEST_S)

    def stock_up(self) -> None:
        """Fill the nonce book before the first reading, where the server answers quickly.

        A reading without a nonce is kept but improves nothing, so the first one would be lost.
        """
        try:
            self._refill(timeout_s=QUICKLY_S)
        except ServerAwayError as error:
            warn("no_nonces", why=error)

    def step(self) -> float:
        """Fetch tasks, hand them on, refill the nonce book; return the seconds to rest."""
        began = self._clock.steady()
        try:
            answer = self._link.ask(
                "GET", f"/api/v1/stations/me/tasks?wait={WAIT_S}", timeout_s=WAIT_S + 20.0
            )
            trouble = None if answer.is_ok else answer
            if trouble is None:
                self._hand_on(answer)
                trouble = self._refill()
        except ServerAwayError as error:
            return self._rest(str(error), None)
        if trouble is not None:
            return self._rest(trouble.in_words(), trouble.retry_after_s)
        self._backoff.succeed()
        return max(PACE_S - (self._clock.steady() - began), 0.0)

    def _hand_on(self, answer: Answer) -> None:
        items = answer.body.get("items")
        for envelope in items if isinstance(items, list) else []:
            try:
                task = open_task(envelope, self._identity)
            except EnvelopeError as error:
                warn("task_ignored", why=error)
                continue
            self._take(task)

    def _refill(self, timeout_s: float = REFILL_S) -> Answer | None:
        """Fetch nonces when half the book is used; return a refusal."""
        left = self._spool.nonces.left(at=self._clock.server_now())
        if left >= HALF_BOOK:
            return None
        answer = self._link.ask(
            "POST",
            "/api/v1/stations/me/nonces",
            content=json.dumps({"count": FULL_BOOK - left}).encode(),
            timeout_s=timeout_s,
        )
        if not answer.is_ok:
            return answer
        items = answer.body.get("items")
        pages = [_page(item) for item in (items if isinstance(items, list) else [])]
        self._spool.nonces.add([page for page in pages if page], at=self._clock.server_now())
        return None

    def _rest(self, words: str, asked_s: float | None) -> float:
        own = self._backoff.fail()
        rest = own if asked_s is None else min(max(asked_s, PACE_S), LONGEST_S)
        warn("no_tasks", in_s=round(rest, 1), why=words)
        return rest


def _page(item: Any) -> tuple[str, int] | None:  # noqa: ANN401 - JSON from the wire
    match item:
        case {"nonce": str(nonce), "expires_at": int(expires_at)} if NONCE.fullmatch(nonce):
            return nonce, expires_at
        case _:
            return None
