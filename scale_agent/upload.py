"""The courier: takes captured records to the server until a receipt for each comes back.

At least once, and the same bytes every time, so that the server has exactly one effect.
What is the server's or the network's fault waits; what the server refuses for good is set
aside alone, with its words; nothing here deletes a record without its verified receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scale_agent.backoff import Backoff
from scale_agent.dsse import EnvelopeError
from scale_agent.keys import Identity
from scale_agent.log import complain, say, warn
from scale_agent.receipts import wanted_images
from scale_agent.records import Record
from scale_agent.server_link import Answer, Problem, ServerAwayError, ServerLink, read_problem
from scale_agent.spool import Spool

EVIDENCE_PATH: Final = "/api/v1/evidence"
BLOB_PATH: Final = "/api/v1/blobs"
MOST_RECORDS: Final = 100
MOST_BYTES: Final = 2**20
IDLE_S: Final = 60.0
SERVER_ERROR: Final = 500
UPLOAD_TIMEOUT_S: Final = 120.0
TAKEN: Final = frozenset({200, 201})
# A refusal of the caller, or of the moment, says nothing about the record that was sent.
NOT_THE_RECORDS_FAULT: Final = frozenset({401, 403, 404, 405, 407, 408, 425, 429})
TRY_LATER: Final = frozenset({401, 408, 425, 429})


@dataclass(slots=True)
class _Hold:
    """A record or image that has to wait alone."""

    backoff: Backoff
    until: float = 0.0


class Courier:
    """Does one delivery at a time; ``step`` says how long to rest before the next."""

    def __init__(self, spool: Spool, link: ServerLink, identity: Identity) -> None:
        self._spool = spool
        self._link = link
        self._identity = identity
        self._backoff = Backoff()
        self._until = 0.0
        self._limit = MOST_RECORDS
        self._holds: dict[int | str, _Hold] = {}

    def step(self, now: float) -> float:
        """Deliver what can be delivered at once; return the seconds to rest.

        ``now`` is monotonic time in seconds.

        Raises:
            SpoolDamagedError: The disk refuses.
        """
        if now < self._until:
            return self._until - now
        held = {name for name, hold in self._holds.items() if hold.until > now}
        records = self._spool.waiting(
            limit=self._limit,
            most_bytes=MOST_BYTES,
            skip=[name for name in held if isinstance(name, int)],
        )
        if records:
            self._send(records, now)
            return max(self._until - now, 0.0)
        image = self._spool.images.next_wanted([n for n in held if isinstance(n, str)])
        if image is not None:
            self._send_image(*image, now)
            return max(self._until - now, 0.0)
        rests = [hold.until - now for hold in self._holds.values() if hold.until > now]
        return min([IDLE_S, *rests])

    def _send(self, records: Sequence[Record], now: float) -> None:
        as_batch = len(records) > 1
        answer = self._post(records, now, as_batch=as_batch)
        if answer is not None and not as_batch and answer.status in {403, 404}:
            # Is it the record or this station that is refused? As an item the record gets
            # an answer of its own, while a refused station is refused whole again.
            answer = self._post(records, now, as_batch=True)
            as_batch = True
        if answer is None:
            return
        if as_batch and answer.status in TAKEN:
            self._take_items(records, answer, now)
        elif not as_batch and self._is_final(answer):
            if self._take(records[0], answer.status, answer.body, now):
                self._relax()
            else:
                self._rest(now, "the record was not settled")
        else:
            self._refused_whole(records, answer, now)

    def _post(self, records: Sequence[Record], now: float, *, as_batch: bool) -> Answer | None:
        envelopes = b",".join(record.envelope for record in records)
        content = b'{"items":[' + envelopes + b"]}" if as_batch else envelopes
        try:
            return self._link.ask(
                "POST", EVIDENCE_PATH, content=content, timeout_s=UPLOAD_TIMEOUT_S
            )
        except ServerAwayError as error:
            self._rest(now, f"{error}")
            return None

    def _is_final(self, answer: Answer) -> bool:
        """Whether this answer to a single record is about that record."""
        if answer.status in TAKEN:
            return True
        is_refusal = 400 <= answer.status < SERVER_ERROR  # noqa: PLR2004 - HTTP's 4xx
        return (
            is_refusal and answer.status not in NOT_THE_RECORDS_FAULT and answer.problem is not None
        )

    def _take_items(self, records: Sequence[Record], answer: Answer, now: float) -> None:
        items = answer.body.get("items")
        if not isinstance(items, list) or len(items) != len(records):
            self._rest(now, "the answer does not fit the records that were sent")
            return
        progress = [
            self._take(record, item.get("status"), item, now)
            for record, item in zip(records, items, strict=True)
            if isinstance(item, dict)
        ]
        if any(progress):
            self._relax()
        else:
            self._rest(now, "no record of the batch was settled")

    def _take(self, record: Record, status: object, body: dict[str, object], now: float) -> bool:
        """Act on the answer for one record; return whether it is out of the way."""
        if status in TAKEN:
            return self._settle(record, body.get("receipt", body), now)
        problem = read_problem(body.get("problem", body))
        is_refusal = isinstance(status, int) and 400 <= status < SERVER_ERROR  # noqa: PLR2004
        if problem is None or not is_refusal or status in TRY_LATER:
            words = problem.words if problem else "no words"
            self._hold(record.seq, now, f"record {record.seq}: {status} {words}")
            return False
        self._set_aside(record, int(str(status)), problem)
        return True

    def _settle(self, record: Record, receipt: object, now: float) -> bool:
        try:
            wanted = wanted_images(receipt, record, self._identity)
        except EnvelopeError as error:
            self._hold(record.seq, now, f"receipt for record {record.seq} is not valid: {error}")
            return False
        self._spool.settle(record, wanted)
        self._holds.pop(record.seq, None)
        for sha256 in set(wanted) - set(self._spool.images.names()):
            warn("image_not_here", seq=record.seq, sha256=sha256)
        say("delivered", seq=record.seq, uid=record.uid, images_wanted=len(wanted))
        return True

    def _set_aside(self, record: Record, status: int, problem: Problem) -> None:
        self._spool.set_aside(record.seq, status=status, code=problem.code, words=problem.words)
        self._holds.pop(record.seq, None)
        complain("set_aside", seq=record.seq, uid=record.uid, status=status, words=problem.words)

    def _refused_whole(self, records: Sequence[Record], answer: Answer, now: float) -> None:
        """The call as a whole was refused: smaller next time, or later."""
        words = answer.in_words()
        if answer.is_busy or answer.status in NOT_THE_RECORDS_FAULT:
            if answer.status in {401, 403}:
                words = f"{words}; if this station was removed, enrol it again"
            self._rest(now, words, answer.retry_after_s)
            return
        if len(records) > 1:
            self._limit = max(1, len(records) // 2)
        else:
            self._hold(records[0].seq, now, f"record {records[0].seq}: {words}")
        is_about_content = 400 <= answer.status < SERVER_ERROR  # noqa: PLR2004 - HTTP's 4xx
        if len(records) == 1 or not is_about_content:
            self._rest(now, words)

    def _send_image(self, sha256: str, content: bytes, now: float) -> None:
        try:
            answer = self._link.ask(
                "PUT",
                f"{BLOB_PATH}/{sha256}",
                content=content,
                kind="application/octet-stream",
                timeout_s=UPLOAD_TIMEOUT_S,
            )
        except ServerAwayError as error:
            self._rest(now, f"{error}")
            return
        if answer.is_ok:
            self._spool.images.delivered(sha256)
            self._holds.pop(sha256, None)
            self._relax()
            say("image_delivered", sha256=sha256, bytes=len(content))
        elif self._is_final(answer) or (answer.status in {403, 404} and answer.problem):
            self._spool.images.set_aside(sha256, answer.in_words())
            complain("image_set_aside", sha256=sha256, words=answer.in_words())
        elif answer.is_busy:
            self._rest(now, answer.in_words(), answer.retry_after_s)
        else:
            self._hold(sha256, now, f"image {sha256}: {answer.in_words()}")

    def _rest(self, now: float, words: str, seconds: float | None = None) -> None:
        # A server that says when is not away: its wish counts as no failure. It tells many
        # stations the same, and they are not to come back as one.
        rest = self._backoff.fail() if seconds is None else self._backoff.stretch(max(seconds, 0.1))
        self._until = now + rest
        warn("will_try_again", in_s=round(rest, 1), why=words)

    def _hold(self, name: int | str, now: float, words: str) -> None:
        hold = self._holds.setdefault(name, _Hold(Backoff()))
        rest = hold.backoff.fail()
        hold.until = now + rest
        warn("held", in_s=round(rest, 1), why=words)

    def _relax(self) -> None:
        self._backoff.succeed()
        self._until = 0.0
        self._limit = min(self._limit * 2, MOST_RECORDS)
