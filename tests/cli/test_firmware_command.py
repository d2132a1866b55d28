"""`wutong firmware`: comparing needs no server, approving takes a second custodian."""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from app.attest.references import Submission, submit_reference_file
from app.blobs import Blobs
from app.db.session import Database, utcnow
from app.domain.references import Origin, ReferenceStatus
from app.domain.roles import Role
from app.models import Reference
from tests.attest.lab import PROFILE, hex_file
from tests.cli.conftest import Shell
from tests.support.makers import make_model, make_person

CODE = bytes(range(1, 251)) * 8
KEYS = ["verdict", "length", "sha256", "crc32", "similarity", "differences", "rules"]


def compare(shell: Shell, folder: Path, reference: bytes, image: bytes) -> tuple[int, Any]:
    """Return exit status and document of a comparison of two files."""
    (folder / "reference.bin").write_bytes(reference)
    (folder / "image.bin").write_bytes(image)
    files = (folder / "reference.bin", folder / "image.bin")
    ran = shell("firmware", "compare", *files, "--json")
    return ran.status, json.loads(ran.out)


def test_equal_files_match(empty: Shell, tmp_path: Path) -> None:
    """Exit 0; digests, length and checksum are the image's. No home is made for it."""
    status, found = compare(empty, tmp_path, CODE, CODE)
    assert status == 0
    assert list(found) == KEYS
    assert found == {
        "verdict": "match",
        "length": 2000,
        "sha256": {"code": hashlib.sha256(CODE).hexdigest(), "parameters": None},
        "crc32": f"{zlib.crc32(CODE):08x}",
        "similarity": 1000,
        "differences": [],
        "rules": [],
    }
    assert not empty.home.exists()


def test_a_changed_byte_is_a_mismatch(empty: Shell, tmp_path: Path) -> None:
    """Exit 1, with the range that differs."""
    image = CODE[:700] + b"\0" + CODE[701:]
    status, found = compare(empty, tmp_path, CODE, image)
    assert (status, found["verdict"], list(found)) == (1, "mismatch", KEYS)
    (difference,) = found["differences"]
    assert set(difference) == {"start", "end", "kind"}
    assert difference["start"] <= 700 < difference["end"]
    assert found["crc32"] == f"{zlib.crc32(image):08x}"


@pytest.mark.parametrize("image", [CODE[:-1], CODE + b"\0"], ids=["shorter", "longer"])
def test_other_lengths_are_a_mismatch(empty: Shell, tmp_path: Path, image: bytes) -> None:
    """Never "the common part is equal"."""
    status, found = compare(empty, tmp_path, CODE, image)
    assert (status, found["verdict"], found["length"]) == (1, "mismatch", len(image))


def test_a_damaged_file_is_malformed(empty: Shell, tmp_path: Path) -> None:
    """Exit 3, with the same keys and the reason; which of the two files is said."""
    (tmp_path / "a.hex").write_text(":0100000041BF\n:00000001FF\n")
    ran = empty("firmware", "compare", tmp_path / "a.hex", tmp_path / "a.hex", "--json")
    found = json.loads(ran.out)
    assert (ran.status, found["verdict"]) == (3, "malformed")
    assert set(KEYS) < set(found)
    assert found["file"] == "REFERENCE"


def test_people_read_words_instead_of_json(empty: Shell, tmp_path: Path) -> None:
    """Without ``--json`` the same in lines."""
    (tmp_path / "a.bin").write_bytes(CODE)
    ran = empty("firmware", "compare", tmp_path / "a.bin", tmp_path / "a.bin")
    assert (ran.status, ran.out.splitlines()[0]) == (0, "IMAGE equals REFERENCE")


def test_the_submitter_cannot_approve(wutong: Shell) -> None:
    """Two persons: the second one can, and then the reference judges."""
    uid = _submitted(wutong)
    refused = wutong("firmware", "approve", uid, "--by", "first")
    assert refused.status == 3
    assert _status(wutong, uid) is ReferenceStatus.SUBMITTED
    assert wutong("firmware", "approve", uid, "--by", "manager").status == 3
    assert wutong("firmware", "approve", "no-such", "--by", "second").status == 3
    approved = wutong("firmware", "approve", uid, "--by", "second")
    assert (approved.status, approved.out.startswith("approved: ")) == (0, True), approved.err
    assert _status(wutong, uid) is ReferenceStatus.APPROVED
    assert wutong("firmware", "approve", uid, "--by", "second").status == 3


def _submitted(wutong: Shell) -> str:
    database = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with database.transaction() as session:
        first, _second = (
            make_person(session, login, [Role.CUSTODIAN], "/32/") for login in ("first", "second")
        )
        make_person(session)
        wanted = Submission(
            model=make_model(session, profile=PROFILE),
            software_id="1.0",
            origin=Origin.TYPE_SAMPLE,
            note="JL 2024-0071",
            content=hex_file("1.0"),
        )
        blobs = Blobs(wutong.home / "blobs")
        uid = submit_reference_file(session, wanted, blobs, by=first.uid, at=utcnow()).uid
    database.dispose()
    return uid


def _status(wutong: Shell, uid: str) -> ReferenceStatus:
    database = Database(f"sqlite:///{wutong.home / 'wutong.db'}")
    with database.reading() as session:
        status = session.query(Reference).filter_by(uid=uid).one().status
    database.dispose()
    return status
