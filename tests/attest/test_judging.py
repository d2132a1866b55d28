"""Judging a corpus of read-outs: no false match, no false mismatch, no bytes for nothing."""

from datetime import timedelta

import pytest

from app.db.ids import new_uid
from app.db.session import utcnow
from app.domain.evidence import Level
from app.domain.verdicts import Verdict
from app.jobs.duties import give_up_images
from app.models import EvidenceStatus, Scale, ScaleModel
from tests.attest.lab import (
    CALIBRATED,
    CHEATING,
    HONEST,
    NEXT,
    Lab,
    measured,
    patched,
    payload,
)

WITH_BOOTLOADER = patched(HONEST, {0x7800: bytes(range(256)) * 8})
ONE_BIT = patched(HONEST, {0x0200: bytes([HONEST[0x0200] ^ 1])})
UNKNOWN = patched(HONEST, {0x0100: b"\x00" * 900})


def test_an_equal_program_matches_without_its_bytes(lab: Lab) -> None:
    """The digest of the whole is enough, so nothing is asked for."""
    answer = lab.deliver(lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce()))
    assert payload(answer.get_json())["wanted"] == []
    scale = lab.scale_now()
    assert scale.standing_evidence_id is not None


@pytest.mark.parametrize(
    ("image", "said", "verdict"),
    [
        (HONEST, None, Verdict.MATCH),
        (WITH_BOOTLOADER, None, Verdict.MATCH),
        (CALIBRATED, None, Verdict.MATCH),
        (NEXT, "1.1", Verdict.MATCH),
        (NEXT, None, Verdict.INCONSISTENT),
        (HONEST, "1.1", Verdict.INCONSISTENT),
        (CHEATING, None, Verdict.MISMATCH),
        (CHEATING, "1.1", Verdict.MISMATCH),
        (ONE_BIT, None, Verdict.MISMATCH),
        (HONEST, "2.0", Verdict.INCONSISTENT),
        (UNKNOWN, "2.0", Verdict.INCONSISTENT),
    ],
)
def test_each_program_gets_its_verdict(
    lab: Lab, image: bytes, said: str | None, verdict: Verdict
) -> None:
    """Code decides; the boot section and this scale's own calibration do not."""
    reported = {"software_id": said} if said else None
    found = lab.read(image, reported=reported)
    assert (found.verdict, found.status) == (verdict, EvidenceStatus.JUDGED)
    assert found.counts


@pytest.mark.parametrize(
    ("agent", "facts", "verdict"),
    [
        ("unreadable", {"reason": "read_protected"}, Verdict.UNREADABLE),
        ("no_answer", {"reason": "silent"}, Verdict.NO_ANSWER),
        ("malformed", {"reason": "wrong_baud_or_parity"}, Verdict.MALFORMED),
        ("inconsistent", {"passes": 3, "passes_equal": 0}, Verdict.MALFORMED),
    ],
)
def test_what_was_not_read_is_neither_for_nor_against(
    lab: Lab, agent: str, facts: dict[str, object], verdict: Verdict
) -> None:
    """Protection, silence and noise accuse nobody and prove nothing."""
    found = lab.read(None, verdict=agent, facts=facts)
    assert (found.verdict, found.level) == (verdict, Level.E0)
    assert lab.scale_now().state.value == "in_service"


def test_a_cut_off_reading_is_no_match(lab: Lab) -> None:
    """An unread tail is not 0xFF, however much the rest is alike."""
    found = lab.read(HONEST[: len(HONEST) - 1024])
    assert (found.verdict, found.partial) == (Verdict.MALFORMED, True)


def test_reading_more_than_the_program_is_no_difference(lab: Lab) -> None:
    """A station that reads beyond the part has read the part."""
    found = lab.read(HONEST + b"\xff" * 4096)
    assert found.verdict is Verdict.MATCH


def test_a_part_read_from_elsewhere_is_incomplete(lab: Lab) -> None:
    """The right bytes at the wrong address are not the program."""
    report = lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce())
    report["measurements"] = [measured(HONEST, address=0x0800_0000)]
    assert lab.deliver(report).status_code == 201
    assert lab.all_evidence()[-1].verdict is Verdict.MALFORMED


def test_a_page_of_code_that_differs_decides_before_the_bytes_come(lab: Lab) -> None:
    """The scale is stopped at once; what exactly differs follows with the image."""
    report = lab.station.report(lab.scale, CHEATING, eat_nonce=lab.nonce())
    receipt = payload(lab.deliver(report).get_json())
    before = lab.all_evidence()[-1]
    assert (before.verdict, before.similarity) == (Verdict.MISMATCH, None)
    assert receipt["wanted"] == [before.sha256]
    assert lab.scale_now().state.value == "suspended"
    assert lab.send_image(CHEATING).status_code == 201
    after = lab.all_evidence()[-1]
    assert after.similarity is not None
    assert 0 < after.similarity < 1000
    kinds = {each["kind"] for each in after.differences}
    assert "new_code" in kinds
    assert len(lab.findings()) == 1


def test_a_page_that_is_code_in_part_waits_for_the_bytes(lab: Lab) -> None:
    """Calibration shares its page with code, so digests alone cannot say."""
    report = lab.station.report(lab.scale, CALIBRATED, eat_nonce=lab.nonce())
    lab.deliver(report)
    waiting = lab.all_evidence()[-1]
    assert (waiting.status, waiting.verdict) == (EvidenceStatus.AWAITING_BYTES, None)
    assert lab.scale_now().standing_evidence_id is None
    lab.send_image(CALIBRATED)
    judged = lab.all_evidence()[-1]
    assert (judged.verdict, judged.counts) == (Verdict.MATCH, True)
    assert lab.scale_now().standing_evidence_id == judged.id


def test_an_image_that_never_comes_takes_the_older_match_away(lab: Lab) -> None:
    """A station that keeps the bytes back does not keep a match alive; late ones are judged."""
    match = lab.read(HONEST)
    lab.deliver(lab.station.report(lab.scale, CALIBRATED, eat_nonce=lab.nonce()))
    soon, late = utcnow() + timedelta(hours=23), utcnow() + timedelta(hours=25)
    assert give_up_images(lab.work, soon).startswith("0 ")
    assert lab.scale_now().standing_evidence_id == match.id
    assert give_up_images(lab.work, late).startswith("1 ")
    assert lab.scale_now().standing_evidence_id is None
    waited = lab.all_evidence()[-1]
    assert (waited.verdict, waited.counts) == (Verdict.MALFORMED, False)
    assert [task.kind for task in lab.to_dos()] == ["verifier_error"]
    assert give_up_images(lab.work, late).startswith("0 ")
    assert lab.ledger_problems() == []
    lab.send_image(CALIBRATED)
    assert lab.all_evidence()[-1].verdict is not Verdict.MALFORMED


def test_an_image_that_never_comes_leaves_a_newer_match(lab: Lab) -> None:
    """What was read since says more."""
    lab.deliver(lab.station.report(lab.scale, CALIBRATED, eat_nonce=lab.nonce()))
    match = lab.read(HONEST)
    assert give_up_images(lab.work, utcnow() + timedelta(hours=25)).startswith("0 ")
    assert lab.scale_now().standing_evidence_id == match.id


def test_a_known_image_is_judged_without_being_sent_again(lab: Lab) -> None:
    """The same cheat read twice costs its bytes once."""
    lab.read(CHEATING)
    report = lab.station.report(lab.scale, CHEATING, eat_nonce=lab.nonce())
    receipt = payload(lab.deliver(report).get_json())
    assert receipt["wanted"] == []
    assert lab.all_evidence()[-1].similarity is not None


def test_calibration_that_changed_with_no_repair_is_inconsistent(lab: Lab) -> None:
    """The first match keeps the parameters; another set needs a repair or a verification."""
    lab.read(HONEST)
    assert lab.scale_now().baseline_parameters is not None
    assert lab.read(CALIBRATED).verdict is Verdict.INCONSISTENT


def test_another_chip_than_before_is_inconsistent(lab: Lab) -> None:
    """The program is the registered one, the chip is not the scale's."""
    lab.change(lambda scale: setattr(scale, "baseline_ueid", "ab12"))
    assert lab.read(HONEST, ueid="ab12").verdict is Verdict.MATCH
    assert lab.read(HONEST, ueid="cd34").verdict is Verdict.INCONSISTENT


@pytest.mark.parametrize(
    ("protocol", "facts", "level"),
    [
        ("stk500v1", {"entry": "dtr"}, Level.E2),
        ("an3155", {"entry": "dtr-rts", "strap": "driven"}, Level.E3),
        ("an3155", {"entry": "none"}, Level.E2),
        ("an3155", {"entry": "dtr-rts", "strap": "driven", "passes": 1}, Level.E2),
        ("an3155", {"entry": "dtr-rts", "strap": "driven", "transport": "pty"}, Level.E2),
        ("an3155", {"entry": "dtr-rts", "strap": "attested"}, Level.E2),
    ],
)
def test_the_level_is_computed_from_the_facts(
    lab: Lab, protocol: str, facts: dict[str, object], level: Level
) -> None:
    """A liar in flash never rises above E2, whatever else it claims."""
    whole = {
        "transport": "tty",
        "control_lines": "driven",
        "reset": "driven",
        "passes": 2,
        "passes_equal": 1,
        "level": 5,
        **facts,
    }
    found = lab.read(HONEST, protocol=protocol, facts=whole)
    assert (found.level, found.partial) == (level, False)


def other_model(scale: Scale) -> ScaleModel:
    """Return a model of the same maker, with the same memory and nothing on file."""
    old = scale.model
    return ScaleModel(uid=new_uid(), maker=old.maker, name="ACS-30", profile=old.profile)


def test_a_model_without_a_reference_is_not_on_file(lab: Lab) -> None:
    """Whatever was read, no approved image can equal it; the bytes are asked for all the same."""
    lab.change(lambda scale: setattr(scale, "model", other_model(scale)))
    report = lab.station.report(lab.scale, HONEST, eat_nonce=lab.nonce())
    receipt = payload(lab.deliver(report).get_json())
    assert lab.all_evidence()[-1].verdict is Verdict.UNKNOWN_VERSION
    assert receipt["wanted"] == []
