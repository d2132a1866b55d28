"""`wutong ledger`: verifying names what was tampered with; a proof stands on its own."""

import base64
import hashlib
import json
import sqlite3
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.db.session import Database
from app.ledger import checkpoints
from app.models import Scale
from tests.cli.conftest import Shell
from tests.support.makers import NOON, make_person, make_place, make_scale, make_stall

STALLS = 5


@pytest.fixture
def history(wutong: Shell) -> str:
    """Write a history with a checkpoint; return the uid of the scale in it."""
    database = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with database.transaction() as session:
        place = make_place(session)
        for number in range(STALLS):
            make_stall(session, place, f"A-{number}")
        make_person(session)
        scale = make_scale(session, place)
        checkpoints.sign(session, _key(wutong), at=NOON)
        uid = scale.uid
    database.dispose()
    return uid


def test_an_intact_ledger_exits_0(wutong: Shell, history: str) -> None:
    """Entries, checkpoint and rows agree."""
    ran = wutong("ledger", "verify")
    assert history
    assert (ran.status, ran.out) == (0, "intact: 10 entries; signed up to entry 10\n")


def test_a_row_changed_behind_the_ledgers_back_is_named(wutong: Shell, history: str) -> None:
    """Exit 1, with the entry that no longer tells the truth; the chain alone does not see it."""
    _tamper(wutong, "UPDATE scale SET serial_no = 'OTHER'")
    ran = wutong("ledger", "verify")
    assert ran.status == 1
    assert ran.out == f"entry 10: row_altered scale:{history}\n"
    assert wutong("ledger", "verify", "--chain-only").status == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE scale SET state = 'nonsense'", "entry 10: row_altered scale:"),
        ("UPDATE scale SET created_at = 'yesterday'", "entry 10: row_altered scale:"),
        ("UPDATE scale_event SET details = '{'", "entry 10: story_altered scale:"),
        ("UPDATE scale_event SET details = '[]'", "entry 10: story_altered scale:"),
        ("UPDATE checkpoint SET envelope = '{}'", "entry 10: checkpoint_forged"),
        ("UPDATE checkpoint SET envelope = '7'", "entry 10: checkpoint_forged"),
        ("UPDATE ledger_entry SET data = X'37' WHERE seq = 10", "entry 10: entry_altered"),
    ],
)
def test_a_row_that_can_no_longer_be_read_is_named(
    wutong: Shell, history: str, statement: str, words: str
) -> None:
    """Damage is a finding like any other, and no traceback."""
    assert history
    _tamper(wutong, statement, unguarded=True)
    ran = wutong("ledger", "verify")
    assert (ran.status, words in ran.out) == (1, True), ran.out


def test_an_entry_that_was_changed_is_named(wutong: Shell, history: str) -> None:
    """Even where the guards of the database were taken away first."""
    assert history
    _tamper(
        wutong,
        "UPDATE ledger_entry SET data = replace(data, 'register', 'retire') WHERE seq = 4",
        unguarded=True,
    )
    ran = wutong("ledger", "verify")
    assert ran.status == 1
    assert ran.out.startswith("entry 4: entry_altered ")


@pytest.mark.parametrize("seq", [1, 6, 10])
def test_a_proof_leads_to_the_signed_root(wutong: Shell, history: str, seq: int) -> None:
    """Checked here by RFC 6962 as it is written, not by our own code."""
    assert history
    proof = json.loads(wutong("ledger", "prove", seq).out)
    entry = proof["entry"]
    assert entry["seq"] == seq
    written = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    leaf = hashlib.sha256(b"\0" + written.encode()).digest()
    assert leaf.hex() == proof["leaf"]
    said = _signed(wutong, proof["checkpoint"])
    path = [bytes.fromhex(node) for node in proof["path"]]
    assert _root(leaf, proof["index"], said["size"], path).hex() == said["root"]
    assert _root(leaf[::-1], proof["index"], said["size"], path).hex() != said["root"]


def test_an_entry_without_a_checkpoint_over_it_has_no_proof(wutong: Shell, history: str) -> None:
    """The next checkpoint will cover it."""
    assert history
    assert wutong("ledger", "prove", 11).status == 3


def test_a_forged_checkpoint_is_named(wutong: Shell, history: str) -> None:
    """One signed by another key."""
    other = Ed25519PrivateKey.generate()
    database = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with database.transaction() as session:
        assert session.query(Scale).one().uid == history
        make_stall(session, session.query(Scale).one().place, "B-1")
        checkpoints.sign(session, other, at=NOON)
    database.dispose()
    ran = wutong("ledger", "verify")
    assert (ran.status, ran.out) == (1, "entry 11: checkpoint_forged\n")


def _key(wutong: Shell) -> Ed25519PrivateKey:
    raw = (wutong.home / "keys" / "server.key").read_bytes()
    return Ed25519PrivateKey.from_private_bytes(raw)


def _tamper(wutong: Shell, statement: str, *, unguarded: bool = False) -> None:
    connection = sqlite3.connect(wutong.home / "wutong.db")
    with connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in guards.fetchall() if unguarded else []:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
    connection.close()


def _signed(wutong: Shell, envelope: dict[str, Any]) -> dict[str, Any]:
    """Return what the envelope says, after checking its signature by hand."""
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    public = _key(wutong).public_key()
    public.verify(signature, message)
    with pytest.raises(InvalidSignature):
        public.verify(signature, message + b" ")
    found: dict[str, Any] = json.loads(payload)
    return found


def _root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root by RFC 6962, 2.1.1: the path of a leaf ends with its largest sibling."""
    if size == 1:
        assert not path
        return leaf
    split = 1
    while split * 2 < size:
        split *= 2
    *inner, sibling = path
    if index < split:
        return hashlib.sha256(b"\1" + _root(leaf, index, split, inner) + sibling).digest()
    found = _root(leaf, index - split, size - split, inner)
    return hashlib.sha256(b"\1" + sibling + found).digest()
