"""What a station takes from its server: orders that are signed and make sense."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scale_agent import dsse
from scale_agent.dsse import EnvelopeError
from scale_agent.keys import Identity
from scale_agent.receipts import open_task

EXAMPLE = Path(dsse.__file__).parent / "wire/examples/task.v1.json"
KEY = Ed25519PrivateKey.generate()


def order(**changes: object) -> dict[str, Any]:
    """Return the order of the published example, changed."""
    return {**json.loads(EXAMPLE.read_bytes()), **changes}


def opened(document: dict[str, Any]) -> object:
    """Return the task in ``document``, signed by the server's key."""
    payload = json.dumps(document).encode()
    head = f"DSSEv1 {len(dsse.TASK)} {dsse.TASK} {len(payload)} ".encode()
    public = KEY.public_key().public_bytes_raw()
    identity = Identity(
        server="https://wutong.example",
        station=document["station"],
        name="bench",
        keyid="0" * 16,
        token="t",
        server_public_key=public.hex(),
    )
    signature = base64.b64encode(KEY.sign(head + payload)).decode()
    envelope = {
        "payloadType": dsse.TASK,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": dsse.key_id(public), "sig": signature}],
    }
    return open_task(envelope, identity)


def test_the_published_example_is_taken() -> None:
    """As it is written."""
    assert opened(order())


@pytest.mark.parametrize(
    "change",
    [
        {"length": 0},
        {"length": -1},
        {"length": 2**24 + 1},
        {"length": 2**53},
        {"length": "256"},
        {"entry": "format"},
        {"entry": 1},
    ],
)
def test_an_order_beyond_reason_is_refused(change: dict[str, object]) -> None:
    """A slip of the server costs a refusal, not the memory of the station."""
    with pytest.raises(EnvelopeError):
        opened(order(**change))
