"""After the server was restored from a backup: what it had receipted can be sent again."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from scale_agent.cli.spool import command
from scale_agent.keys import make_or_load_key
from scale_agent.records import Record
from scale_agent.sent_shelf import SENT_FILE
from scale_agent.spool import Signer, Spool
from tests.agent.readings import ERRAND, reading
from tests.agent.station_server import STATION

AT = 1_795_416_000.0
FOREVER = "2000-01-01"


def delivered(state: Path, number: int = 3) -> list[Record]:
    """Capture some readings and settle them as their receipts come."""
    signer = Signer(STATION, make_or_load_key(state))
    with Spool(state) as spool:
        records = [spool.capture(reading(), ERRAND, by=signer, at=AT) for _ in range(number)]
        for record in records:
            spool.settle(record, ())
        assert spool.counts().waiting == 0
    return records


def waiting(state: Path) -> list[Record]:
    """Return what waits now."""
    with Spool(state) as spool:
        return list(spool.waiting(limit=100, most_bytes=10**9))


def ran(state: Path, *words: str) -> tuple[int, str]:
    """Run ``scale-agent spool resend``."""
    result = CliRunner().invoke(command, ["resend", "--state", str(state), *words])
    return result.exit_code, result.output


def test_all_of_it_waits_again_byte_for_byte(tmp_path: Path) -> None:
    """The same envelopes under the same numbers; and settled again, the shelf is as before."""
    records = delivered(tmp_path)
    assert ran(tmp_path, "--since", FOREVER) == (0, "3 records wait again.\n")
    assert waiting(tmp_path) == records
    assert ran(tmp_path) == (0, "0 records wait again.\n")  # they wait already
    with Spool(tmp_path) as spool:
        for record in records:
            spool.settle(record, ())
    assert ran(tmp_path, records[1].uid, "--json") == (0, '{"records": 1}\n')
    assert waiting(tmp_path) == [records[1]]


def test_what_came_before_the_backup_stays(tmp_path: Path) -> None:
    """Only what was receipted since then waits again; the next reading has the next number."""
    delivered(tmp_path)
    assert ran(tmp_path, "--since", "2999-01-01T00:00") == (0, "0 records wait again.\n")
    assert delivered(tmp_path, 1)[0].seq == 4


def test_an_unknown_record_is_said_so(tmp_path: Path) -> None:
    """In words, as wrong usage."""
    delivered(tmp_path)
    status, words = ran(tmp_path, "0198c0de-0000-7000-8000-000000000001")
    assert (status, "no record" in words) == (2, True)


@pytest.mark.parametrize("spoil", [b"", b"rot" * 5000])
def test_a_damaged_shelf_hinders_nothing(tmp_path: Path, spoil: bytes) -> None:
    """Deliveries go on, and it begins anew; it is a help and no promise."""
    delivered(tmp_path)
    (tmp_path / SENT_FILE).write_bytes(spoil)
    assert ran(tmp_path) == (0, "0 records wait again.\n")
    newer = delivered(tmp_path)
    assert ran(tmp_path)[0] == 0
    assert waiting(tmp_path)[-1] == newer[-1]
